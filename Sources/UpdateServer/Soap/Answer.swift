import HummingbirdCore
import NIOCore
import WireFormat

/// What an operation answers, as plain bytes: all of them, or the first and how to make the others.
struct Answer: Sendable {
  /// Made already: one, or the first two of several.
  private let made: [[UInt8]]
  private let rest: (any IteratorProtocol<[UInt8]> & Sendable)?
  /// Counts the request until its last byte was sent or its client went away.
  private let pass: BusyGate.Pass?

  init(_ bytes: [UInt8]) {
    made = [bytes]
    rest = nil
    pass = nil
  }

  /// Holds the first two pieces: a large answer is never whole in memory.
  init<Op: StreamedOperation>(_ pieces: ReplyChunks<Op>, pass: BusyGate.Pass) {
    var pieces = pieces
    let first = pieces.next() ?? []
    let second = pieces.next()
    made = [first] + (second.map { [$0] } ?? [])
    rest = second == nil ? nil : pieces
    self.pass = pass
  }

  /// An answer of one piece has a length, others are chunked.
  ///
  /// - Parameter acceptEncoding: the values of the header, as they came.
  func body(acceptEncoding: [String]) throws -> (coding: ContentCoding, body: ResponseBody) {
    let coding = ContentCoding(acceptEncoding: acceptEncoding, bytes: made[0].count)
    guard let rest else {
      return (coding, ResponseBody(byteBuffer: ByteBuffer(bytes: try AnswerCoder.code(made[0], coding))))
    }
    let body = ResponseBody { [made, pass] writer in
      var coder = try AnswerCoder(coding)
      for piece in made { try await writer.send(coder.push(piece)) }
      var remaining = rest
      while let piece = remaining.next() { try await writer.send(coder.push(piece)) }
      try await writer.send(coder.finish())
      try await writer.finish(nil)
      withExtendedLifetime(pass) {}
    }
    return (coding, body)
  }
}

extension ResponseBodyWriter {
  /// Sends nothing rather than an empty chunk, which would end the answer.
  fileprivate mutating func send(_ bytes: [UInt8]) async throws {
    if !bytes.isEmpty { try await write(ByteBuffer(bytes: bytes)) }
  }
}
