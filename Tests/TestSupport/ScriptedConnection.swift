import Foundation

/// One accepted connection: reads requests, writes scripted replies. Used by one thread.
struct ScriptedConnection {
  struct Closed: Error {}

  let descriptor: Int32
  let isStopped: @Sendable () -> Bool
  private var buffer: [UInt8] = []

  init(descriptor: Int32, isStopped: @escaping @Sendable () -> Bool) {
    self.descriptor = descriptor
    self.isStopped = isStopped
  }

  struct Message {
    var method: String
    var target: String
    var headers: [RecordedRequest.Field]
    var body: [UInt8] = []

    func value(_ name: String) -> String? { headers.first { $0.name.lowercased() == name }?.value }
  }

  // MARK: Reading

  /// - Returns: nil when the peer has closed between two requests.
  mutating func readMessage() throws -> Message? {
    guard let head = try readHead() else { return nil }
    let lines = String(decoding: head, as: UTF8.self).components(separatedBy: "\r\n")
    let words = (lines.first ?? "").split(separator: " ")
    guard words.count == 3 else { throw Closed() }
    let fields = lines.dropFirst().compactMap { line -> RecordedRequest.Field? in
      guard let colon = line.firstIndex(of: ":") else { return nil }
      let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
      return RecordedRequest.Field(name: String(line[..<colon]), value: value)
    }
    var message = Message(method: String(words[0]), target: String(words[1]), headers: fields)
    if message.value("expect")?.lowercased() == "100-continue" { try send("HTTP/1.1 100 Continue\r\n\r\n".utf8) }
    if message.value("transfer-encoding")?.lowercased() == "chunked" {
      message.body = try readChunks()
    } else if let count = message.value("content-length").flatMap({ Int($0) }) {
      message.body = try readBytes(count)
    }
    return message
  }

  private mutating func readHead() throws -> [UInt8]? {
    let end = Array("\r\n\r\n".utf8)
    while true {
      if let range = buffer.firstRange(of: end) {
        let head = Array(buffer[..<range.lowerBound])
        buffer.removeSubrange(..<range.upperBound)
        return head
      }
      guard buffer.count < 1 << 20 else { throw Closed() }
      guard try fill() else {
        if buffer.isEmpty { return nil }
        throw Closed()
      }
    }
  }

  private mutating func readBytes(_ count: Int) throws -> [UInt8] {
    while buffer.count < count { guard try fill() else { throw Closed() } }
    let bytes = Array(buffer[..<count])
    buffer.removeSubrange(..<count)
    return bytes
  }

  private mutating func readChunks() throws -> [UInt8] {
    var body: [UInt8] = []
    while true {
      var line: [UInt8] = []
      while !line.suffix(2).elementsEqual("\r\n".utf8) { line += try readBytes(1) }
      let digits = String(decoding: line.dropLast(2), as: UTF8.self).prefix { $0 != ";" }
      guard let count = Int(digits, radix: 16) else { throw Closed() }
      body += try readBytes(count)
      _ = try readBytes(2)
      if count == 0 { return body }
    }
  }

  private mutating func fill() throws -> Bool {
    var piece = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = recv(descriptor, &piece, piece.count, 0)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { return false }
      buffer += piece[..<count]
      return true
    }
  }

  // MARK: Writing

  func send(_ bytes: some Collection<UInt8>) throws {
    let copy = Array(bytes)
    var start = 0
    while start < copy.count {
      let count = copy.withUnsafeBytes { buffer in
        Foundation.send(descriptor, buffer.baseAddress.map { $0 + start }, copy.count - start, Int32(MSG_NOSIGNAL))
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw Closed() }
      start += count
    }
  }

  /// - Returns: whether the connection can take another request.
  func play(_ reply: ScriptedReply, to method: String) throws -> Bool {
    reply.holdHead?.block(unless: isStopped)
    if let raw = reply.rawHead {
      try send(raw)
      if reply.closesAfter { return false }
    } else {
      try send(Self.head(of: reply))
    }
    let hasBody = method != "HEAD" && reply.status != 304 && reply.status != 204
    if hasBody { try sendBody(reply) }
    if case .declared(let count) = reply.framing, count != reply.body.count, hasBody { return false }
    return !(reply.closesAfter || reply.framing == .untilClose)
  }

  private static func head(of reply: ScriptedReply) -> [UInt8] {
    var lines = ["HTTP/1.1 \(reply.status) \(reply.reason)"]
    lines += reply.headers.map { "\($0.name): \($0.value)" }
    switch reply.framing {
    case .exact: if reply.status != 204 { lines.append("Content-Length: \(reply.body.count)") }
    case .declared(let count): lines.append("Content-Length: \(count)")
    case .chunked: lines.append("Transfer-Encoding: chunked")
    case .untilClose: break
    }
    if reply.closesAfter || reply.framing == .untilClose { lines.append("Connection: close") }
    return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
  }

  private func sendBody(_ reply: ScriptedReply) throws {
    let source = BodySource(reply.body)
    let events = reply.events.sorted { $0.after < $1.after }
    var pending = events[...]
    var sent: Int64 = 0
    let total = reply.body.count
    while true {
      while let next = pending.first, next.after <= sent {
        try happen(next.event)
        pending = pending.dropFirst()
      }
      guard sent < total, !isStopped() else { break }
      let count = min(Self.pieceSize(reply), total - sent, pending.first.map { $0.after - sent } ?? .max)
      let piece = try source.read(at: sent, count: Int(count))
      try send(framedPiece(piece, reply.framing))
      sent += Int64(piece.count)
      if let pace = reply.pace { Thread.sleep(forTimeInterval: Double(pace.pause / .milliseconds(1)) / 1000) }
    }
    if case .chunked = reply.framing { try send("0\r\n\r\n".utf8) }
  }

  private static func pieceSize(_ reply: ScriptedReply) -> Int64 {
    if let pace = reply.pace { return Int64(max(1, pace.bytes)) }
    if case .chunked(let size) = reply.framing { return Int64(max(1, size)) }
    return 256 << 10
  }

  private func framedPiece(_ piece: [UInt8], _ framing: ScriptedReply.Framing) -> [UInt8] {
    guard case .chunked = framing else { return piece }
    return Array("\(String(piece.count, radix: 16))\r\n".utf8) + piece + Array("\r\n".utf8)
  }

  private func happen(_ event: ScriptedReply.Event) throws {
    switch event {
    case .wait(let gate): gate.block(unless: isStopped)
    case .close: throw Closed()
    case .reset:
      var linger = linger(l_onoff: 1, l_linger: 0)
      setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
      throw Closed()
    }
  }
}

/// Reads a scripted body piece by piece.
private final class BodySource {
  /// A full piece from any place in the pattern's period.
  private static let pattern = (0..<Int64(251 + (256 << 10))).map(ScriptedReply.patternByte)

  private let body: ScriptedReply.Body
  private let descriptor: Int32

  init(_ body: ScriptedReply.Body) {
    self.body = body
    if case .file(let path, _, _) = body { descriptor = open(path, O_RDONLY | O_CLOEXEC) } else { descriptor = -1 }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  func read(at position: Int64, count: Int) throws -> [UInt8] {
    switch body {
    case .bytes(let bytes): return Array(bytes[Int(position)..<Int(position) + count])
    case .pattern:
      let start = Int(position % 251)
      guard start + count <= Self.pattern.count else {
        return (position..<position + Int64(count)).map(ScriptedReply.patternByte)
      }
      return Array(Self.pattern[start..<start + count])
    case .file(_, let offset, _):
      var bytes = [UInt8](repeating: 0, count: count)
      let got = pread(descriptor, &bytes, count, off_t(offset + position))
      guard got == count else { throw ScriptedConnection.Closed() }
      return bytes
    }
  }
}
