import ContentStore
import Foundation
import Platform
import Sealing
import UpdateModel

/// A state directory of one test; it goes with the value.
final class TemporaryState: Sendable {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/content-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func names(_ folder: String) throws -> [String] { try Folder(path: path + "/" + folder).names().sorted() }

  func path(of file: ContentFile) -> String { "\(path)/content/\(file.digest.folder)/\(file.contentName)" }
}

/// Seeded bytes and what metadata would declare about them.
struct TestContent: Sendable {
  let bytes: [UInt8]
  let file: ContentFile
  var data: Data { Data(bytes) }

  init(size: Int, seed: UInt64 = 1, name: String = "update.cab", declaresSHA256: Bool = true) throws {
    var state = seed
    let words = (0..<(size + 7) / 8).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state ^ state >> 29
    }
    bytes = words.withUnsafeBytes { Array($0.prefix(size)) }
    let digests = try FileDigester.digests(of: bytes)
    let stronger = AdditionalDigest(algorithm: "SHA256", bytes: digests.sha256.bytes)
    file = ContentFile(
      digest: digests.sha1, additionalDigests: declaresSHA256 ? [stronger] : [], fileName: name, size: Int64(size))
  }

  /// The same bytes under another declaration.
  func declared(size: Int64?? = nil, sha256: [UInt8]? = nil) -> ContentFile {
    let additional = sha256.map { [AdditionalDigest(algorithm: "SHA256", bytes: $0)] } ?? file.additionalDigests
    return ContentFile(
      digest: file.digest, additionalDigests: additional, fileName: file.fileName, size: size ?? file.size)
  }
}

extension ContentStore {
  /// What a download does: continue or start, feed, commit.
  @discardableResult
  func ingest(_ file: ContentFile, _ bytes: [UInt8], chunk: Int = 100_000) async throws -> StoredFile {
    switch try await beginIngest(file) {
    case .present(let stored): return stored
    case .session(let session):
      if await session.offset == 0 { try await session.restart(validator: "\"v1\"", source: "test") }
      try await session.feed(bytes, chunk: chunk)
      return try await session.commit()
    }
  }

  func session(_ file: ContentFile) async throws -> IngestSession {
    guard case .session(let session) = try await beginIngest(file) else { throw UnexpectedlyPresent() }
    return session
  }

  /// As `Data`, which compares fast also without optimization.
  func contents(_ digest: FileDigest) async throws -> Data {
    try await BlockingPool.shared.run {
      let open = try self.open(digest)
      return Data(try open.descriptor.contents(limit: Int(open.file.size)))
    }
  }
}

struct UnexpectedlyPresent: Error {}

extension IngestSession {
  /// Appends the rest of `bytes` from the offset on.
  func feed(_ bytes: [UInt8], chunk: Int = 100_000) async throws {
    for start in stride(from: Int(offset), to: bytes.count, by: chunk) {
      try await append(Array(bytes[start..<min(bytes.count, start + chunk)]))
    }
  }
}
