import HTTPTypes
import HummingbirdCore
import NIOCore

/// Reads a request body whole, up to a bound.
enum RequestBytes {
  /// - Returns: nil when the body is longer than `maximum` bytes; the rest is not read.
  static func collect(_ request: Request, maximum: Int) async throws -> [UInt8]? {
    if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > maximum { return nil }
    var body = ByteBuffer()
    for try await piece in request.body {
      guard body.readableBytes + piece.readableBytes <= maximum else { return nil }
      body.writeImmutableBuffer(piece)
    }
    return Array(body.readableBytesView)
  }
}
