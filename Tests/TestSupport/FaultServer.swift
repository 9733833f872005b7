import Foundation
import Synchronization

/// An HTTP/1.1 server on loopback that does what its handler says, faults included.
///
/// Each connection has a thread of its own. Every request is recorded, whole, before its handler runs.
/// Stops when nobody holds it any more.
public final class FaultServer: Sendable {
  public typealias Handler = @Sendable (RecordedRequest) -> ScriptedReply

  /// The port the system chose.
  public let port: UInt16
  private let core: ServerCore

  /// Listens on 127.0.0.1 at once. `handler` runs on the connection's thread and may block.
  public init(handler: @escaping Handler) throws {
    core = try ServerCore(handler: handler)
    port = core.port
    core.start()
  }

  /// Plays `replies` in order, whatever is asked; then 500.
  public convenience init(replies: [ScriptedReply]) throws {
    try self.init { request in
      request.number <= replies.count ? replies[request.number - 1] : .text("the script has ended", status: 500)
    }
  }

  deinit { core.stop() }

  /// `http://127.0.0.1:port`, no slash at the end.
  public var url: String { "http://127.0.0.1:\(port)" }

  /// All requests so far, in the order of their arrival.
  public var requests: [RecordedRequest] { core.requests.value }

  public func requests(path: String) -> [RecordedRequest] { requests.filter { $0.path == path } }

  /// Waits until at least `count` requests have arrived.
  public func requests(atLeast count: Int) async -> [RecordedRequest] {
    await core.requests.value { $0.count >= count }
  }

  /// Connections accepted so far.
  public var connectionCount: Int { core.connectionCount }

  /// Connections open now.
  public var openConnections: Int { core.open.value.count }

  /// Waits until the peers have closed all connections but `count`.
  public func openConnections(atMost count: Int) async {
    _ = await core.open.value { $0.count <= count }
  }

  /// Closes all connections and the port, and waits for the threads. May be called again.
  public func stop() { core.stop() }
}

/// The part of a server that its threads hold.
private final class ServerCore: Sendable {
  let port: UInt16
  let requests = Watched<[RecordedRequest]>([])
  let open = Watched<Set<Int32>>([])
  private let listener: Int32
  private let handler: FaultServer.Handler
  private let stopped = Atomic<Bool>(false)
  private let connections = Atomic<Int>(0)
  private let threads = DispatchGroup()

  var connectionCount: Int { connections.load(ordering: .relaxed) }

  init(handler: @escaping FaultServer.Handler) throws {
    self.handler = handler
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        bind(descriptor, generic, length) == 0 && listen(descriptor, 512) == 0
          && getsockname(descriptor, generic, &length) == 0
      }
    }
    guard isBound else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    listener = descriptor
    port = UInt16(bigEndian: address.sin_port)
  }

  func start() {
    threads.enter()
    Thread { self.acceptAll() }.start()
  }

  func stop() {
    guard !stopped.exchange(true, ordering: .acquiringAndReleasing) else { return }
    shutdown(listener, Int32(SHUT_RDWR))
    open.update { descriptors in for descriptor in descriptors { shutdown(descriptor, Int32(SHUT_RDWR)) } }
    threads.wait()
    close(listener)
  }

  private var isStopped: Bool { stopped.load(ordering: .acquiring) }

  private func acceptAll() {
    defer { threads.leave() }
    while true {
      let descriptor = accept(listener, nil, nil)
      if descriptor < 0 {
        if (errno == EINTR || errno == ECONNABORTED) && !isStopped { continue }
        return
      }
      let number = connections.add(1, ordering: .relaxed).newValue
      open.update { _ = $0.insert(descriptor) }
      // Either stop() has seen the descriptor, or it is too late to begin.
      guard !isStopped else { return finish(descriptor) }
      var isOn: Int32 = 1
      setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &isOn, socklen_t(MemoryLayout<Int32>.size))
      threads.enter()
      Thread {
        self.serve(descriptor, number: number)
        self.threads.leave()
      }.start()
    }
  }

  private func serve(_ descriptor: Int32, number: Int) {
    defer { finish(descriptor) }
    var connection = ScriptedConnection(descriptor: descriptor) { self.isStopped }
    do {
      while let message = try connection.readMessage(), !isStopped {
        let request = record(message, connection: number)
        guard try connection.play(handler(request), to: message.method) else { return }
      }
    } catch {
      // The peer went away, or the script closed the connection: both end here.
    }
  }

  private func record(_ message: ScriptedConnection.Message, connection: Int) -> RecordedRequest {
    requests.update { all in
      let path = String(message.target.prefix { $0 != "?" })
      let request = RecordedRequest(
        method: message.method, target: message.target, headers: message.headers, body: message.body,
        connection: connection, number: all.count + 1, numberForPath: all.count { $0.path == path } + 1)
      all.append(request)
      return request
    }
  }

  private func finish(_ descriptor: Int32) {
    // Closing under the lock: stop() must never shut down a number that is used again.
    open.update { descriptors in
      close(descriptor)
      _ = descriptors.remove(descriptor)
    }
  }
}
