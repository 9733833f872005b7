import Glibc
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import Platform
import UpdateModel

/// The operator's folder of self-update files at `/SelfUpdate`, read-only (MS-WUSP 3.1.5.1, wusp.md 16).
///
/// Names are looked up one after the other from the folder on, in any letter case, and never through a symbolic link:
/// nothing outside of it can be reached.
struct SelfUpdateFolder: Sendable {
  let path: String
  let pool: BlockingPool
  let logger: Logger

  func respond(to request: Request, names: [String]) async throws -> Response {
    guard request.method == .get || request.method == .head else { return .notAllowed(allow: "GET, HEAD") }
    do {
      let file = try await pool.run { [path] in try SelfUpdateFile(names: names, below: path) }
      guard let file else { return .notFound }
      return answer(request, file)
    } catch let error as SystemError {
      logger.error("self-update: \(error)")
      return Response(status: .internalServerError)
    }
  }

  private func answer(_ request: Request, _ file: SelfUpdateFile) -> Response {
    let answer = ContentAnswer(ContentRequest(request), file.card)
    let length = answer.segments.reduce(0) { $0 + $1.count }
    let body = ResponseBody(contentLength: Int(length)) { [pool] writer in
      for segment in answer.segments { try await writer.write(segment, of: file, on: pool) }
      try await writer.finish(nil)
    }
    var response = Response(status: .init(code: answer.status), body: length == 0 ? ResponseBody() : body)
    response.headers[.contentLength] = nil
    for field in answer.fields {
      if let name = HTTPField.Name(field.name) { response.headers[name] = field.value }
    }
    return response
  }
}

/// An open self-update file. The descriptor closes with the last reference.
private final class SelfUpdateFile: Sendable {
  let card: ContentCard
  private let descriptor: OwnedDescriptor

  /// Blocks.
  ///
  /// - Returns: nil when there is no such file.
  init?(names: [String], below path: String) throws(SystemError) {
    do throws(SystemError) {
      var folder = try Folder(path: path)
      for name in names.dropLast() { folder = try folder.openFolder(try folder.spelling(of: name)) }
      let name = try folder.spelling(of: names.last ?? "")
      let descriptor = try folder.openFile(name, flags: O_RDONLY)
      let status = try descriptor.status()
      guard status.kind == .regular else { return nil }
      card = ContentCard(name: name, size: status.size, modified: status.modified)
      self.descriptor = descriptor
    } catch {
      // No such name, no folder, a link, a name that no file can have.
      if [ENOENT, ENOTDIR, ELOOP, EINVAL, ENAMETOOLONG, ENXIO].contains(error.code) { return nil }
      throw error
    }
  }

  /// Reads up to `count` bytes. Blocks.
  func read(at offset: Int64, count: Int) throws(SystemError) -> ByteBuffer {
    var buffer = ByteBufferAllocator().buffer(capacity: count)
    var failure: SystemError?
    buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { space in
      do throws(SystemError) {
        return try descriptor.read(into: UnsafeMutableRawBufferPointer(rebasing: space.prefix(count)), at: offset)
      } catch {
        failure = error
        return 0
      }
    }
    if let failure { throw failure }
    return buffer
  }
}

extension Folder {
  /// The name as it stands on disk: as asked for, else the only one that differs in letter case.
  fileprivate func spelling(of name: String) throws(SystemError) -> String {
    if try status(name) != nil { return name }
    let folded = name.lowercased()
    let found = try names().filter { $0.lowercased() == folded }
    return found.count == 1 ? found[0] : name
  }
}

extension ContentCard {
  /// For a file without a digest: length and time name its bytes.
  fileprivate init(name: String, size: Int64, modified: Timestamp) {
    self.init(
      size: size,
      validator: ContentValidator(
        tag: EntityTag(opaque: String(modified.ticks, radix: 16) + "-" + String(size, radix: 16)), modified: modified),
      type: ContentType.of(name: name), dateText: HTTPDate.text(modified))
  }
}

extension ContentRequest {
  fileprivate init(_ request: Request) {
    self.init(method: request.method == .head ? .head : .get)
    let ranges = request.headers[values: .range]
    range = ranges.count == 1 ? ranges[0] : nil
    ifRange = request.headers[.ifRange]
    ifMatch = request.headers[.ifMatch]
    ifNoneMatch = request.headers[.ifNoneMatch]
    ifModifiedSince = request.headers[.ifModifiedSince]
    ifUnmodifiedSince = request.headers[.ifUnmodifiedSince]
  }
}

/// The file became shorter while it was sent: the connection ends, as its length was promised.
private struct SelfUpdateFileCut: Error {}

extension ResponseBodyWriter {
  private static var pieceBytes: Int64 { 256 << 10 }

  fileprivate mutating func write(_ segment: ContentSegment, of file: SelfUpdateFile, on pool: BlockingPool)
    async throws
  {
    switch segment {
    case .text(let text): try await write(ByteBuffer(string: text))
    case .file(let range):
      var offset = range.first
      while offset <= range.last {
        let count = Int(min(Self.pieceBytes, range.last - offset + 1))
        let piece = try await pool.run { [offset] in try file.read(at: offset, count: count) }
        guard piece.readableBytes > 0 else { throw SelfUpdateFileCut() }
        offset += Int64(piece.readableBytes)
        try await write(piece)
      }
    }
  }
}
