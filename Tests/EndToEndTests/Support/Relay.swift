import Foundation
import Synchronization
import TestSupport

/// Stands between a DSS and its USS on loopback: counts what passes, and cuts, holds or calls back at any point.
///
/// Each connection has a thread of its own.
final class Relay: Sendable {
  enum Event: Sendable {
    /// The first bytes of a request; `operation` is the SOAP operation, or the path of a GET.
    case request(number: Int, operation: String)
    /// Bytes of answers, `total` before these.
    case answer(total: Int, count: Int, operation: String)
  }

  enum Verdict: Sendable {
    case pass
    case cut
    /// Lets so many bytes of this piece through, then cuts.
    case cutAfter(Int)
    /// Lets so many bytes of this piece through, and nothing more until the client leaves.
    case stallAfter(Int)
  }

  struct Tally: Sendable {
    var requests = 0
    var answerBytes = 0
    var operations: [String] = []
    var connections = 0
    /// Bytes that clients sent inside their connections.
    var requestBytes = 0
  }

  typealias Observer = @Sendable (Event) -> Verdict

  let port: UInt16
  private let target: UInt16
  private let identity: TLSServerIdentity?
  private let tally = Mutex(Tally())
  private let observer = Mutex<Observer?>(nil)
  private let listener: Mutex<Int32>
  private let open = Mutex<Set<Int32>>([])

  init(to target: Int, identity: TLSServerIdentity? = nil) throws {
    self.target = UInt16(target)
    self.identity = identity
    let (descriptor, port) = try LoopbackSocket.listening()
    self.port = port
    listener = Mutex(descriptor)
    accept(on: descriptor)
  }

  var url: String { "\(identity == nil ? "http" : "https")://127.0.0.1:\(port)" }

  var seen: Tally { tally.withLock { $0 } }

  /// Counts from zero; `observer` is asked about everything that passes, on the connection's thread.
  func watch(_ observer: Observer? = nil) {
    tally.withLock { $0 = Tally() }
    self.observer.withLock { $0 = observer }
  }

  /// From now on nobody answers at the port.
  func takeDown() {
    let descriptor = listener.withLock { listener in
      defer { listener = -1 }
      return listener
    }
    guard descriptor >= 0 else { return }
    shutdown(descriptor, Int32(SHUT_RDWR))
    close(descriptor)
    open.withLock { for descriptor in $0 { shutdown(descriptor, Int32(SHUT_RDWR)) } }
  }

  func bringUp() throws {
    let (descriptor, _) = try LoopbackSocket.listening(port: port)
    listener.withLock { $0 = descriptor }
    accept(on: descriptor)
  }

  deinit { takeDown() }

  // MARK: - Threads

  private func accept(on descriptor: Int32) {
    Thread { [weak self] in
      while true {
        let client = Foundation.accept(descriptor, nil, nil)
        guard client >= 0 else {
          if errno == EINTR || errno == ECONNABORTED { continue }
          return
        }
        guard let self else {
          close(client)
          return
        }
        LoopbackSocket.withoutDelay(client)
        self.tally.withLock { $0.connections += 1 }
        self.open.withLock { _ = $0.insert(client) }
        Thread { self.serve(client) }.start()
      }
    }.start()
  }

  private func serve(_ client: Int32) {
    defer { finish(client) }
    var session: TLSSession?
    if let identity {
      session = identity.session(on: client)
      guard session != nil else { return }
    }
    guard let server = LoopbackSocket.connected(to: target) else { return }
    open.withLock { _ = $0.insert(server) }
    defer { finish(server) }
    carry(Wire(client, tls: session), Wire(server))
  }

  private func carry(_ client: Wire, _ server: Wire) {
    var isAnswering = true
    var operation = ""
    while true {
      var polled = [
        pollfd(fd: client.descriptor, events: Int16(POLLIN), revents: 0),
        pollfd(fd: server.descriptor, events: Int16(POLLIN), revents: 0),
      ]
      if !client.hasPending, poll(&polled, 2, -1) < 0 {
        if errno == EINTR { continue }
        return
      }
      if client.hasPending || polled[0].revents != 0 {
        guard let bytes = client.read() else { return }
        tally.withLock { $0.requestBytes += bytes.count }
        if isAnswering {
          operation = Self.operation(bytes)
          isAnswering = false
          guard case .pass = request(operation) else { return }
        }
        guard server.write(bytes) else { return }
      }
      if polled[1].revents != 0 {
        guard let bytes = server.read() else { return }
        isAnswering = true
        switch answer(bytes.count, operation) {
        case .pass: guard client.write(bytes) else { return }
        case .cut: return
        case .cutAfter(let count):
          _ = client.write(Array(bytes.prefix(count)))
          return
        case .stallAfter(let count):
          _ = client.write(Array(bytes.prefix(count)))
          while client.read() != nil {}
          return
        }
      }
    }
  }

  private func request(_ operation: String) -> Verdict {
    let number = tally.withLock { tally in
      tally.requests += 1
      tally.operations.append(operation)
      return tally.requests
    }
    return observer.withLock { $0 }?(.request(number: number, operation: operation)) ?? .pass
  }

  private func answer(_ count: Int, _ operation: String) -> Verdict {
    let total = tally.withLock { tally in
      defer { tally.answerBytes += count }
      return tally.answerBytes
    }
    return observer.withLock { $0 }?(.answer(total: total, count: count, operation: operation)) ?? .pass
  }

  private func finish(_ descriptor: Int32) {
    open.withLock { open in
      close(descriptor)
      _ = open.remove(descriptor)
    }
  }

  /// `GetCookie` for a call, `GET /Content/..` for a file.
  private static func operation(_ bytes: [UInt8]) -> String {
    let head = String(decoding: bytes.prefix(4096), as: UTF8.self)
    for line in head.split(separator: "\r\n") where line.lowercased().hasPrefix("soapaction:") {
      return line.split(separator: "/").last.map { $0.filter { $0 != "\"" } } ?? ""
    }
    return head.split(separator: " ").prefix(2).joined(separator: " ")
  }
}
