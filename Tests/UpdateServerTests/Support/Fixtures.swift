import Catalog
import ContentStore
import Sealing
import TestSupport
import UpdateModel
import WireFormat

/// Small catalogues for tests. Every number makes another update.
enum Fixtures {
  static func guid(_ number: Int) -> GUID { GUID(high: 0xF00D, low: UInt64(number)) }

  static func digest(_ number: Int) -> FileDigest {
    let bytes = (0..<20).map { UInt8(truncatingIfNeeded: $0 == 19 ? number : number >> 8 &+ $0) }
    return FileDigest(bytes: bytes)!
  }

  static func file(_ number: Int, name: String? = nil, isEncrypted: Bool = false) -> ContentFile {
    ContentFile(
      digest: digest(number), fileName: name ?? "file\(number).cab", size: 1_000, isEncrypted: isEncrypted)
  }

  static func metadata(
    _ number: Int, revision: Int32 = 1, kind: UpdateKind = .software, files: [ContentFile] = [],
    categories: [GUID] = [], change: (inout UpdateMetadata) -> Void = { _ in }
  ) -> UpdateMetadata {
    var metadata = UpdateMetadata(
      identity: UpdateIdentity(updateID: guid(number), revisionNumber: revision), kind: kind)
    metadata.defaultLanguage = "en"
    metadata.localized = [LocalizedProperties(language: "en", title: "Update \(number) <&> ü")]
    metadata.files = files
    metadata.prerequisites = categories.map { PrerequisiteClause(updateIDs: [$0], isCategory: true) }
    change(&metadata)
    return metadata
  }

  static func staged(_ metadata: UpdateMetadata, muURL: String? = nil) -> StagedRevision {
    StagedRevision(
      metadata: metadata, document: UpdateDocumentWriter.write(metadata),
      locations: muURL.map { url in metadata.files.map { FileLocation(digest: $0.digest, muURL: url) } } ?? [])
  }
}

extension Catalog {
  /// Makes revisions visible in one commit.
  func publishNow(_ revisions: [StagedRevision], _ kind: ListingKind = .updates) async throws {
    try await stage(kind, revisions)
    try await publish(kind)
  }

  func publishNow(_ metadata: UpdateMetadata..., kind: ListingKind = .updates) async throws {
    try await publishNow(metadata.map { Fixtures.staged($0) }, kind)
  }
}

extension ContentStore {
  /// Stores `bytes` under their digest.
  @discardableResult
  func put(_ bytes: [UInt8], name: String) async throws -> ContentFile {
    let file = ContentFile(
      digest: try FileDigester.digests(of: bytes).sha1, fileName: name, size: Int64(bytes.count))
    guard case .session(let session) = try await beginIngest(file) else { return file }
    try await session.append(bytes)
    _ = try await session.commit()
    return file
  }
}
