import HTTPTypes
import HummingbirdCore
import NIOCore

/// Reads a request body, as far as it is wanted.
struct RequestBytes {
  private var pieces: RequestBody.AsyncIterator
  private var buffer = ByteBuffer()
  /// The end of the body has come.
  private(set) var isComplete = false

  init(_ request: Request) { pieces = request.body.makeAsyncIterator() }

  /// What has come until now.
  var bytes: [UInt8] { Array(buffer.readableBytesView) }

  /// Reads until the body ends or more than `count` bytes of it have come.
  mutating func read(beyond count: Int) async throws {
    while !isComplete, buffer.readableBytes <= count {
      if let piece = try await pieces.next() { buffer.writeImmutableBuffer(piece) } else { isComplete = true }
    }
  }
}
