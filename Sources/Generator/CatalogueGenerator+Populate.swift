public import Catalog
public import ContentStore
import Sealing
import UpdateModel

/// How far populating is.
public struct PopulateProgress: Hashable, Sendable {
  public var revisions = 0
  public var files = 0
  /// Bytes stored; files that were there already do not count.
  public var storedBytes: Int64 = 0

  public init() {}
}

extension CatalogueGenerator {
  /// Fills an empty autonomous catalogue, as if a USS's administrator had synchronized and approved.
  ///
  /// Stages in batches, stores the content, publishes categories and then updates, and makes groups,
  /// approvals, declines and accepted EULAs. What is stored already is left as it is, so a run that
  /// was ended early can be repeated up to the administration.
  ///
  /// - Parameter store: nil for metadata without content.
  @discardableResult
  public func populate(
    _ catalog: Catalog, store: ContentStore?, progress: @Sendable (PopulateProgress) -> Void = { _ in }
  ) async throws -> PopulateProgress {
    var loader = CatalogueLoader(catalog: catalog, store: store)
    try await loader.load(revisions(), progress: progress)
    try await SampleAdministration(catalog: catalog, layout: layout).make()
    return loader.progress
  }
}

extension CatalogueGrowth {
  /// Adds this month to a catalogue that has everything before it.
  @discardableResult
  public func populate(
    _ catalog: Catalog, store: ContentStore?, progress: @Sendable (PopulateProgress) -> Void = { _ in }
  ) async throws -> PopulateProgress {
    var loader = CatalogueLoader(catalog: catalog, store: store)
    try await loader.load(revisions(), progress: progress)
    for update in declines { try await catalog.decline(update) }
    return loader.progress
  }
}

/// Carries generated revisions into a catalogue and a content store.
struct CatalogueLoader {
  let catalog: Catalog
  let store: ContentStore?
  private(set) var progress = PopulateProgress()

  private static let batchSize = 500
  private static let lanes = 4

  init(catalog: Catalog, store: ContentStore?) {
    self.catalog = catalog
    self.store = store
  }

  mutating func load(_ revisions: RevisionIterator, progress report: @Sendable (PopulateProgress) -> Void) async throws
  {
    var revisions = revisions
    var batch: [GeneratedRevision] = []
    var kind = ListingKind.configuration
    while let revision = try revisions.next() {
      let nextKind: ListingKind = revision.metadata.kind.isConfiguration ? .configuration : .updates
      if nextKind != kind {
        try await commit(&batch, kind, report)
        _ = try await catalog.publish(kind)
        kind = nextKind
      }
      batch.append(revision)
      if batch.count == Self.batchSize { try await commit(&batch, kind, report) }
    }
    try await commit(&batch, kind, report)
    _ = try await catalog.publish(kind)
  }

  private mutating func commit(
    _ batch: inout [GeneratedRevision], _ kind: ListingKind, _ report: @Sendable (PopulateProgress) -> Void
  ) async throws {
    guard !batch.isEmpty else { return }
    try await catalog.stage(
      kind,
      batch.map { StagedRevision(metadata: $0.metadata, document: $0.document, locations: $0.files.map(\.location)) })
    try await storeKeys(of: batch)
    try await storeContent(of: batch)
    progress.revisions += batch.count
    progress.files += batch.reduce(0) { $0 + $1.files.count }
    report(progress)
    batch.removeAll(keepingCapacity: true)
  }

  private func storeKeys(of batch: [GeneratedRevision]) async throws {
    let keys = batch.filter(\.metadata.needsDecryptionKeys).map { revision in
      RevisionKeys(
        identity: revision.metadata.identity,
        files: revision.files.map { .init(digest: $0.file.digest, key: $0.location.decryptionKey) })
    }
    if !keys.isEmpty { try await catalog.storeDecryptionKeys(keys) }
  }

  private mutating func storeContent(of batch: [GeneratedRevision]) async throws {
    guard let store else { return }
    var files: [FileDigest: GeneratedFile] = [:]
    for file in batch.flatMap(\.files) { files[file.file.digest] = file }
    var waiting = files.values.sorted { $0.file.digest < $1.file.digest }[...]
    let stored = try await withThrowingTaskGroup(of: Int64.self) { group in
      for file in waiting.prefix(Self.lanes) { group.addTask { try await Self.ingest(file, into: store) } }
      waiting = waiting.dropFirst(Self.lanes)
      var sum: Int64 = 0
      while let bytes = try await group.next() {
        sum += bytes
        if let file = waiting.popFirst() { group.addTask { try await Self.ingest(file, into: store) } }
      }
      return sum
    }
    progress.storedBytes += stored
    if !files.isEmpty { try await catalog.markPresent(Array(files.keys)) }
  }

  /// - Returns: bytes stored; 0 when the file was there.
  private static func ingest(_ file: GeneratedFile, into store: ContentStore) async throws -> Int64 {
    guard case .session(let session) = try await store.beginIngest(file.file) else { return 0 }
    if await session.offset > 0 { try await session.restart(validator: nil) }
    for offset in stride(from: 0, to: file.content.length, by: GeneratedContent.chunkSize) {
      try await session.append(file.content.chunk(at: offset))
    }
    return try await session.commit().size
  }
}
