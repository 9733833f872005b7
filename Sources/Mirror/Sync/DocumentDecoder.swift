import Catalog
import Packing
import Platform
import Synchronization
import UpdateModel
import WireFormat

/// Unpacks and reads the documents of GetUpdateData answers, several at a time, off the cooperative threads.
final class DocumentDecoder: Sendable {
  private let pool: BlockingPool
  /// Why a document was not taken, by revision.
  private let rejections = Mutex<[UpdateIdentity: String]>([:])

  /// Unreadable documents since the last readable one, each counted once.
  private let unreadableInARow = Mutex(0)

  /// So many documents in a row of which none can be read end the run: the USS or this software
  /// is at fault, not a document. Batches may be smaller than this.
  private static let allBad = 10
  private static let rememberedRejections = 1_000

  init(pool: BlockingPool) { self.pool = pool }

  func rejection(of identity: UpdateIdentity) -> String? { rejections.withLock { $0[identity] } }

  /// - Returns: the asked revisions whose documents are sound. Unasked, broken and foreign ones are
  ///   left out: the session asks for them again (SSS-164, SSS-165).
  func decode(_ response: GetUpdateData.Response, asked: [UpdateIdentity]) async throws(SyncError) -> [StagedRevision] {
    let wanted = Set(asked)
    var seen: Set<UpdateIdentity> = []
    let documents = response.updates.filter { wanted.contains($0.identity) && seen.insert($0.identity).inserted }
    let locations = Dictionary(response.locations.map { ($0.digest, $0) }) { first, _ in first }
    let isNew = documents.map { rejection(of: $0.identity) == nil }
    var revisions: [StagedRevision] = []
    do {
      for part in try await decodeInParts(documents, locations) { revisions += part }
    } catch { throw .malformedAnswer(operation: "GetUpdateData", reason: "\(error)") }
    let unreadable = unreadableInARow.withLock { count in
      count = revisions.isEmpty ? count + isNew.count { $0 } : 0
      return count
    }
    if unreadable >= Self.allBad, let first = documents.first {
      throw .unreadableDocuments(count: unreadable, reason: rejection(of: first.identity) ?? "unknown")
    }
    return revisions
  }

  private func decodeInParts(_ documents: [UpdateDocument], _ locations: [FileDigest: FileLocation]) async throws
    -> [[StagedRevision]]
  {
    let size = max(8, (documents.count + pool.width - 1) / pool.width)
    let parts = stride(from: 0, to: documents.count, by: size).map { documents[$0..<min($0 + size, documents.count)] }
    return try await withThrowingTaskGroup(of: (Int, [StagedRevision]).self) { group in
      for (index, part) in parts.enumerated() {
        group.addTask { (index, try await self.pool.run { part.compactMap { self.revision($0, locations) } }) }
      }
      var results: [[StagedRevision]] = Array(repeating: [], count: parts.count)
      for try await (index, part) in group { results[index] = part }
      return results
    }
  }

  private func revision(_ document: UpdateDocument, _ locations: [FileDigest: FileLocation]) -> StagedRevision? {
    do {
      let text = try Self.text(of: document.blob)
      let metadata = try UpdateMetadataParser.parse(text, expecting: document.identity)
      return StagedRevision(
        metadata: metadata, document: text, locations: metadata.files.compactMap { locations[$0.digest] })
    } catch {
      rejections.withLock { if $0.count < Self.rememberedRejections { $0[document.identity] = "\(error)" } }
      return nil
    }
  }

  /// The document in UTF-8: a plain blob as received, a Cabinet's only member decoded (SSS-160, SSS-161).
  static func text(of blob: MetadataBlob) throws -> [UInt8] {
    switch blob {
    case .plain(let bytes): bytes
    case .cabinet(let bytes):
      try MetadataText.decode(try CabinetReader.soleMember(of: bytes, limit: MetadataText.byteLimit))
    }
  }
}
