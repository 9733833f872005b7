import Catalog
import ContentStore
import HTTPTypes
import HummingbirdCore
import NIOCore
import Platform
import UpdateModel

/// Answers `/Content/XX/NAME` from the update content directory (guide 9.5).
///
/// Only what the content store opens is served: a file under its final name is verified
/// (SSS-273). The decision is ``ContentDecision``; this type moves the bytes.
struct ContentService: Sendable {
  /// Bytes read and sent at a time; a connection holds one such piece.
  static let pieceSize = 256 << 10

  let catalog: Catalog
  let store: ContentStore
  let pool: BlockingPool

  func respond(to path: ContentPath, request: Request) async throws -> Response {
    guard let method = ContentRequest.Method(request.method) else { return .notAllowed(allow: "GET, HEAD") }
    // Without a content service there is nothing here (SSS-267).
    guard try await !catalog.settings().isCatalogOnly, let digest = try await digest(for: path) else {
      return .notFound
    }
    guard let opened = try await open(digest) else { return .notFound }
    return answer(ContentRequest(method: method, headers: request.headers), opened)
  }

  private func digest(for path: ContentPath) async throws -> FileDigest? {
    switch path {
    case .digest(let digest): digest
    case .alias: nil
    }
  }

  private func open(_ digest: FileDigest) async throws -> OpenContent? {
    do {
      return try await pool.run { OpenContent(try store.open(digest)) }
    } catch ContentStoreError.notFound, ContentStoreError.notRegular {
      return nil
    }
  }

  private func answer(_ request: ContentRequest, _ content: OpenContent) -> Response {
    let file = content.file
    let validator = ContentValidator(digest: file.digest, modified: file.modified)
    var headers = HTTPFields()
    headers[.acceptRanges] = "bytes"
    headers[.eTag] = validator.tag.text
    headers[.lastModified] = HTTPDate.text(file.modified)
    switch ContentDecision.decide(request, size: file.size, validator: validator) {
    case .notModified: return .withoutBody(.notModified, headers)
    case .preconditionFailed: return Response(status: .preconditionFailed, headers: headers)
    case .unsatisfiable:
      headers[.contentRange] = "bytes */\(file.size)"
      return Response(status: .rangeNotSatisfiable, headers: headers)
    case .part(let range):
      headers[.contentType] = ContentType.of(name: file.name.text)
      headers[.contentRange] = "bytes \(range.first)-\(range.last)/\(file.size)"
      return Response(status: .partialContent, headers: headers, body: body(content, range))
    case .whole:
      headers[.contentType] = ContentType.of(name: file.name.text)
      return whole(content, headers, isHead: request.method == .head)
    }
  }

  private func whole(_ content: OpenContent, _ headers: HTTPFields, isHead: Bool) -> Response {
    var headers = headers
    headers[.contentLength] = String(content.file.size)
    guard !isHead, content.file.size > 0 else { return Response(status: .ok, headers: headers) }
    let range = ByteRange(first: 0, last: content.file.size - 1)
    return Response(status: .ok, headers: headers, body: body(content, range))
  }

  /// Reads a piece, sends it, reads the next when the connection takes more.
  private func body(_ content: OpenContent, _ range: ByteRange) -> ResponseBody {
    ResponseBody(contentLength: Int(range.count)) { [pool] writer in
      var offset = range.first
      while offset <= range.last {
        let start = offset
        let count = Int(min(Int64(Self.pieceSize), range.last - start + 1))
        let piece = try await pool.run { try content.read(at: start, count: count) }
        offset += Int64(piece.readableBytes)
        try await writer.write(piece)
      }
      try await writer.finish(nil)
    }
  }
}

extension ContentRequest.Method {
  init?(_ method: HTTPRequest.Method) {
    switch method {
    case .get: self = .get
    case .head: self = .head
    default: return nil
    }
  }
}

extension ContentRequest {
  init(method: Method, headers: HTTPFields) {
    self.init(
      method: method, range: headers[.range], ifRange: headers[.ifRange], ifMatch: headers[.ifMatch],
      ifNoneMatch: headers[.ifNoneMatch], ifModifiedSince: headers[.ifModifiedSince],
      ifUnmodifiedSince: headers[.ifUnmodifiedSince])
  }
}
