import Foundation
import Glibc

/// An answer as it came off the wire.
struct RawAnswer: Sendable {
  var status = 0
  /// Statuses below 200 that came before.
  var interim: [Int] = []
  var headers: [(name: String, value: String)] = []
  var body: [UInt8] = []

  subscript(name: String) -> String? {
    headers.first { $0.name.lowercased() == name.lowercased() }?.value
  }

  var text: String { String(decoding: body, as: UTF8.self) }
}

/// One TCP connection that sends exactly the bytes it is told to: what no HTTP library would send, too.
final class RawConnection: @unchecked Sendable {
  struct Failure: Error { let words: String }

  private let socket: Int32
  // Guarded by the order of calls: a test awaits each call before the next.
  private var received: [UInt8] = []

  private init(socket: Int32) { self.socket = socket }

  deinit { _ = close(socket) }

  /// - Parameter source: an address of this machine to come from.
  static func open(port: Int, from source: String? = nil) async throws -> RawConnection {
    try await onThread {
      let number = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = in_port_t(port).bigEndian
      address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
      var timeout = timeval(tv_sec: 120, tv_usec: 0)
      setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
      if let source {
        var local = address
        local.sin_port = 0
        local.sin_addr.s_addr = inet_addr(source)
        let bound = withUnsafePointer(to: &local) { pointer in
          pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(number, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
          }
        }
        guard bound == 0 else { throw Failure(words: "bind: \(String(cString: strerror(errno)))") }
      }
      let result = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          connect(number, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
      guard result == 0 else {
        _ = close(number)
        throw Failure(words: "connect: \(String(cString: strerror(errno)))")
      }
      return RawConnection(socket: number)
    }
  }

  /// - Returns: false when the server closed the connection before everything was sent.
  @discardableResult
  func send(_ bytes: [UInt8]) async throws -> Bool {
    try await Self.onThread { [socket] in
      var done = 0
      while done < bytes.count {
        let count = bytes[done...].withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        guard count > 0 else { return false }
        done += count
      }
      return true
    }
  }

  @discardableResult
  func send(_ text: String) async throws -> Bool { try await send(Array(text.utf8)) }

  /// Reads one answer.
  ///
  /// - Parameter isHead: the request was HEAD: no body follows whatever the headers say.
  func answer(isHead: Bool = false) async throws -> RawAnswer {
    try await Self.onThread { try self.readAnswer(isHead: isHead) }
  }

  /// Reads the head of one answer; its body stays to be read.
  func head() async throws -> RawAnswer {
    try await Self.onThread { try self.readAnswer(isHead: true) }
  }

  /// Reads `count` bytes.
  func body(count: Int) async throws -> [UInt8] {
    try await Self.onThread { try self.take(count: count) }
  }

  /// Reads until the server closes.
  func rest() async throws -> [UInt8] {
    try await Self.onThread {
      while try self.fill() {}
      defer { self.received = [] }
      return self.received
    }
  }

  /// Reads and drops `count` bytes or what there is until the server closes.
  ///
  /// - Returns: how many bytes came.
  func rest(count: Int) async throws -> Int {
    try await Self.onThread {
      var total = self.received.count
      self.received = []
      while total < count, try self.fill() {
        total += self.received.count
        self.received = []
      }
      return total
    }
  }

  /// The same until the connection ends in any way.
  func restUntilBroken() async throws -> Int { try await rest(count: .max) }

  /// Whatever comes next; empty when the server has closed.
  func some() async throws -> [UInt8] {
    try await Self.onThread {
      if self.received.isEmpty { _ = try self.fill() }
      defer { self.received = [] }
      return self.received
    }
  }

  /// TCP segments with data that have come: `tcpi_data_segs_in` of the kernel's `struct tcp_info`.
  var receivedFrames: UInt32 {
    var state = [UInt32](repeating: 0, count: 58)
    var length = socklen_t(state.count * 4)
    let result = getsockopt(socket, Int32(IPPROTO_TCP), TCP_INFO, &state, &length)
    return result == 0 && length >= 156 ? state[38] : 0
  }

  /// Tells the server that nothing more will be sent.
  func endSending() { _ = shutdown(socket, Int32(SHUT_WR)) }

  /// A thread for each call: waiting for a server on threads that the server needs would stop both.
  private static func onThread<Result: Sendable>(
    _ work: @escaping @Sendable () throws -> Result
  ) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { continuation.resume(with: Swift.Result(catching: work)) }
    }
  }

  private func readAnswer(isHead: Bool) throws -> RawAnswer {
    var answer = RawAnswer()
    repeat {
      if answer.status != 0 { answer.interim.append(answer.status) }
      let head = String(decoding: try take(through: Array("\r\n\r\n".utf8)), as: UTF8.self)
      let lines = head.components(separatedBy: "\r\n").filter { !$0.isEmpty }
      guard let status = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
        throw Failure(words: "status line: \(lines.first ?? "")")
      }
      answer.status = status
      answer.headers = lines.dropFirst().map { line in
        let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        return (String(parts[0]), parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : "")
      }
    } while answer.status < 200
    guard !isHead, answer.status != 304 else { return answer }
    if answer["Transfer-Encoding"]?.lowercased() == "chunked" {
      answer.body = try readChunks()
    } else if let length = answer["Content-Length"].flatMap({ Int($0) }) {
      answer.body = try take(count: length)
    }
    return answer
  }

  private func readChunks() throws -> [UInt8] {
    var body: [UInt8] = []
    while true {
      let line = String(decoding: try take(through: [13, 10]), as: UTF8.self).trimmingCharacters(
        in: .whitespacesAndNewlines)
      guard let size = Int(line, radix: 16) else { throw Failure(words: "chunk size: \(line)") }
      body += try take(count: size)
      _ = try take(through: [13, 10])
      if size == 0 { return body }
    }
  }

  private func take(count: Int) throws -> [UInt8] {
    while received.count < count {
      guard try fill() else { throw Failure(words: "closed after \(received.count) of \(count) bytes") }
    }
    defer { received.removeFirst(count) }
    return Array(received.prefix(count))
  }

  private func take(through end: [UInt8]) throws -> [UInt8] {
    var searched = 0
    while true {
      if let found = received.indices.dropFirst(searched).first(where: { received[$0...].starts(with: end) }) {
        return try take(count: found + end.count)
      }
      searched = max(0, received.count - end.count)
      guard try fill() else { throw Failure(words: "closed in the middle of a line") }
    }
  }

  private func fill() throws -> Bool {
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let count = recv(socket, &buffer, buffer.count, 0)
    if count < 0, errno != ECONNRESET { throw Failure(words: "recv: \(String(cString: strerror(errno)))") }
    if count > 0 { received += buffer.prefix(count) }
    return count > 0
  }
}
