import Catalog
import Platform
import UpdateModel
import WireFormat

/// Sees to it that revisions have fragments: derives those that are missing from the documents and stores them.
///
/// One batch at a time: callers that need the same revisions find them made when it is their turn.
actor FragmentSource {
  /// Bytes of documents that are read at once; a single one may be longer.
  private static let batchBytes = 16 << 20

  private let catalog: Catalog
  private let pool: BlockingPool
  private var last: Task<Void, any Error>?

  /// - Parameter pool: where documents are transformed.
  init(catalog: Catalog, pool: BlockingPool) {
    self.catalog = catalog
    self.pool = pool
  }

  /// Returns when all of these have fragments, or are known to have none. Waits for nobody when they have.
  nonisolated func derive(_ revisionIDs: [RevisionID]) async throws {
    let lacking = try await lacking(among: revisionIDs)
    if !lacking.isEmpty { try await deriveInTurn(lacking) }
  }

  private nonisolated func lacking(among revisionIDs: [RevisionID]) async throws -> [RevisionID] {
    try await catalog.revisionsWithoutFragments(among: revisionIDs, version: MetadataFragments.version)
  }

  private func deriveInTurn(_ revisionIDs: [RevisionID]) async throws {
    let before = last
    let task = Task {
      // What happened to others is theirs.
      _ = await before?.result
      try await deriveLacking(revisionIDs)
    }
    last = task
    try await task.value
  }

  /// The core fragments of revisions, made now where they are missing, as far as there is room.
  nonisolated func cores(_ revisionIDs: [RevisionID], maximumBytes: Int) async throws -> FragmentPage {
    let page = try await catalog.coreFragments(revisionIDs, maximumBytes: maximumBytes)
    if page.lacking.isEmpty { return page }
    try await derive(page.lacking)
    return try await catalog.coreFragments(revisionIDs, maximumBytes: maximumBytes)
  }

  private func deriveLacking(_ revisionIDs: [RevisionID]) async throws {
    // Somebody before may have done it.
    var rest = try await lacking(among: revisionIDs)[...]
    while !rest.isEmpty {
      let documents = try await catalog.documents(Array(rest), maximumBytes: Self.batchBytes)
      guard let lastRead = documents.last?.revisionID else { return }
      let derived = try await pool.run { documents.map { DerivedRevision($0.revisionID, deriving: $0.document) } }
      try await catalog.storeFragments(derived, version: MetadataFragments.version)
      rest = rest.drop { $0 != lastRead }.dropFirst()
    }
  }
}

extension DerivedRevision {
  fileprivate init(_ revisionID: RevisionID, deriving document: [UInt8]) {
    do throws(WireError) {
      self.init(revisionID, .content(Content(try MetadataFragments.derive(from: document))))
    } catch {
      self.init(revisionID, .failure(reason: "\(error)"))
    }
  }
}

extension DerivedRevision.Content {
  fileprivate init(_ fragments: DerivedFragments) {
    self.init(
      core: fragments.core, extended: fragments.extended,
      localized: fragments.localized.map { DerivedRevision.Localized(language: $0.language, bytes: $0.bytes) },
      eulas: fragments.eulas.map {
        DerivedRevision.Localized(language: $0.language, geoID: $0.geoID, eulaID: $0.eulaID, bytes: $0.bytes)
      },
      drivers: fragments.drivers)
  }
}
