import Catalog
import ContentStore
import Platform
import UpdateModel

/// One run of an import: reads what is needed and there, then compares the whole.
struct ImportRun: Sendable {
  private static let batch = 5_000
  /// How many missing things a message names.
  private static let named = 5

  let opened: OpenedArchive
  private let site: ArchiveImport
  private let layout: VolumeLayout
  private let spool: ImportSpool
  private let metadata: MetadataIntake
  let progress: @Sendable (ReadingProgress) -> Void

  init(_ site: ArchiveImport, _ opened: OpenedArchive, _ progress: @escaping @Sendable (ReadingProgress) -> Void) {
    self.site = site
    self.opened = opened
    self.progress = progress
    layout = VolumeLayout(opened.manifest)
    spool = ImportSpool(state: site.state, archiveID: opened.manifest.archiveID)
    metadata = MetadataIntake(
      catalog: site.catalog, spool: spool, manifest: opened.manifest,
      objects: PackedObjects(opened.manifest, layout), pool: site.pool)
  }

  // MARK: Volumes

  /// What of the archive is not here yet.
  func needed(_ staging: ImportStaging) async throws -> NeededEntries {
    let spool = spool
    let spooled = try await site.pool.run { try spool.sizes() }
    return try await NeededEntries(opened.manifest, layout, spooled: spooled) { try await staging.places(of: $0) }
  }

  /// Reads every volume that is needed and there.
  ///
  /// - Parameter packedArrived: packed objects are in the spool, perhaps all.
  /// - Returns: the volumes that are needed and not there.
  func readVolumes(
    _ staging: ImportStaging, _ steps: StepLog, packedArrived: @escaping () async -> Void
  ) async throws -> [Int] {
    let needed = try await needed(staging)
    if needed.bytes > 0 { try await site.store.checkRoom(for: needed.bytes) }
    var missing: [Int] = []
    var state = ReadingProgress(phase: .reading(volume: 1, of: layout.volumeCount))
    state.total = needed.entries.reduce(0) { $0 + $1.count }
    state.totalBytes = needed.bytes
    for number in needed.volumes {
      guard let volume = try await reader(number, needed.entries[number - 1]) else {
        missing.append(number)
        continue
      }
      state.phase = .reading(volume: number, of: layout.volumeCount)
      try await read(volume, staging, &state, packedArrived)
      steps.read(volume: number)
    }
    if !opened.manifest.split.isEmpty {
      for file in try await self.needed(staging).unassembled { try await staging.assemble(file) }
    }
    return missing
  }

  private func reader(_ number: Int, _ wanted: PositionSet) async throws -> VolumeReader? {
    let (opened, layout, medium) = (opened, layout, site.medium)
    return try await site.pool.run {
      guard let volume = try opened.disks.volume(number) else { return nil }
      var index = -1
      return try VolumeReader(
        volume, number: number, manifest: opened.manifest, layout: layout, takesDigest: false, medium: medium
      ) { _ in
        index += 1
        return wanted.contains(index)
      }
    }
  }

  private func read(
    _ volume: VolumeReader, _ staging: ImportStaging, _ state: inout ReadingProgress,
    _ packedArrived: @escaping () async -> Void
  ) async throws {
    var intake = VolumeIntake(
      staging: staging, spool: spool, layout: layout, pool: site.pool, packedArrived: packedArrived)
    do {
      try await intake.take(volume) { piece in
        state.advance(piece)
        progress(state)
      }
    } catch {
      await intake.abandon()
      throw error
    }
  }

  // MARK: Metadata

  /// Stages the revisions.
  ///
  /// - Returns: the lists; nil while some of them are in volumes that were not read.
  func stageMetadata(_ progress: @escaping @Sendable (ReadingProgress) -> Void) async throws -> ArchiveContents? {
    guard let lists = try await metadata.lists() else { return nil }
    try await metadata.stage(lists, progress)
    return lists
  }

  // MARK: Complete

  /// Step `complete`: everything in the lists is here, from this archive or before.
  func requireComplete(_ lists: ArchiveContents, _ staging: ImportStaging) async throws {
    let revisions = try await metadata.missing(lists.revisions)
    try require(revisions.map { "\($0)" }, "revisions", of: lists.revisions?.count ?? 0)
    var files: [String] = []
    for start in stride(from: 0, to: lists.content?.count ?? 0, by: Self.batch) {
      let batch = try self.batch(of: lists.content, from: start)
      let places = try await staging.places(of: batch)
      for (file, place) in zip(batch, places) where place != .stored && place != .staged {
        files.append(file.digest.hex)
      }
    }
    try require(files, "content files", of: lists.content?.count ?? 0)
  }

  private func require(_ missing: [String], _ what: String, of total: Int) throws {
    guard !missing.isEmpty else { return }
    let names = missing.prefix(Self.named).joined(separator: ", ") + (missing.count > Self.named ? ", ..." : "")
    throw ArchiveRefusal(
      .complete, what: what, expected: "all \(total) of the list, from this archive or before",
      found: "\(missing.count) missing: \(names)",
      hint: "send the source a receipt (updatemirror receipt create); its next archive then has what is missing")
  }

  /// The next files of the list; their extensions do not matter where they lie.
  private func batch(of list: ContentList?, from start: Int) throws -> [ImportFile] {
    guard let list else { return [] }
    return try (start..<min(list.count, start + Self.batch)).compactMap { try list.record(at: $0).map(ImportFile.init) }
  }

  // MARK: Publishing

  func publishContent(_ staging: ImportStaging) async throws -> ContentStore::ImportSummary {
    try await staging.publish { [progress] at in
      var state = ReadingProgress(phase: .publishing)
      (state.done, state.total, state.bytes, state.totalBytes) = (at.files, at.totalFiles, at.bytes, at.totalBytes)
      progress(state)
    }
  }

  func markPresent(_ lists: ArchiveContents) async throws {
    guard let list = lists.content else { return }
    for start in stride(from: 0, to: list.count, by: Self.batch) {
      let digests = (start..<min(list.count, start + Self.batch)).compactMap { list.record(at: $0)?.digest }
      try await site.catalog.markPresent(digests)
    }
  }
}

extension ImportFile {
  init(_ listing: ContentListing) throws {
    guard let name = ContentName(listing.digest, checked: nil), let sha256 = SHA256Digest(listing.sha256) else {
      throw ArchiveRefusal(.contents, what: "\(listing.digest)", expected: "a digest", found: "another length")
    }
    self.init(name: name, size: listing.size, sha256: sha256)
  }
}
