import Catalog
import Platform
import UpdateModel

/// Stages the revisions of an archive, in the order of the source, once all packed objects are in the spool.
struct MetadataIntake: Sendable {
  private static let batch = 10_000

  let catalog: Catalog
  let spool: ImportSpool
  let manifest: ArchiveManifest
  let objects: PackedObjects
  let pool: BlockingPool

  /// The lists and the state; nil while an object is missing.
  ///
  /// - Throws: ``ArchiveRefusal``, steps `volume` and `contents`.
  func lists() async throws -> ArchiveContents? {
    try await pool.run {
      let sizes = try spool.sizes()
      for entry in objects.objects.flatMap(\.entries) where sizes[ImportSpool.fileName(entry)] != entry.size {
        return nil
      }
      var contents = ArchiveContents(manifest)
      guard let state = try bytes(.state), let revisions = try bytes(.revisionList),
        let content = try bytes(.contentList)
      else { return nil }
      try contents.takeState(state)
      try contents.takeRevisionList(revisions)
      try contents.takeContentList(content)
      return contents
    }
  }

  /// Compares all revisions and stages those that are not here; the next object is parsed while one is staged.
  func stage(
    _ lists: ArchiveContents, _ progress: @escaping @Sendable (ReadingProgress) -> Void
  ) async throws {
    let lacking = try await missingPositions(lists.revisions)
    var state = ReadingProgress(phase: .checking)
    state.total = manifest.counts.revisions
    var contents = lists
    var waiting = objects.metadata[...]
    var current = try await check(waiting.popFirst(), contents, lacking)
    while let (next, checked) = current {
      try Task.checkCancellation()
      contents = next
      let object = waiting.popFirst()
      async let following = check(object, next, lacking)
      try await catalog.stageImport(manifest.archiveID, checked.revisions, keys: checked.keys)
      state.done = next.carried
      progress(state)
      current = try await following
    }
    try contents.finish()
  }

  /// - Returns: the contents behind the object, and what of it is to be staged; nil without an object.
  private func check(
    _ object: PackedObjects.Object?, _ before: ArchiveContents, _ lacking: PositionSet
  ) async throws -> (ArchiveContents, ArchiveContents.CheckedRevisions)? {
    guard let object else { return nil }
    return try await pool.run {
      guard let packed = try spool.object(object.entries, sha256: object.sha256) else {
        throw ImportError.damagedStaging(path: spool.path, expected: object.name.text, found: "none")
      }
      var contents = before
      let checked = try contents.takeMetadata(object.name, packed, isWanted: lacking.contains)
      return (contents, checked)
    }
  }

  /// Revisions of the list that are neither published nor staged here.
  func missing(_ list: RevisionList?) async throws -> [UpdateIdentity] {
    var missing: [UpdateIdentity] = []
    try await forEachMissing(list) { _, identity in missing.append(identity) }
    return missing
  }

  /// Their positions in the list.
  private func missingPositions(_ list: RevisionList?) async throws -> PositionSet {
    var positions = PositionSet(below: list?.count ?? 0)
    try await forEachMissing(list) { position, _ in positions.insert(position) }
    return positions
  }

  private func forEachMissing(_ list: RevisionList?, _ body: (Int, UpdateIdentity) -> Void) async throws {
    guard let list else { return }
    for start in stride(from: 0, to: list.count, by: Self.batch) {
      let identities = (start..<min(list.count, start + Self.batch)).compactMap { list.record(at: $0)?.identity }
      // In the order in which they were asked for.
      var missing = try await catalog.missingRevisions(manifest.archiveID, among: identities)[...]
      for (offset, identity) in identities.enumerated() where missing.first == identity {
        body(start + offset, identity)
        missing = missing.dropFirst()
      }
    }
  }

  private func bytes(_ name: ObjectName) throws -> [UInt8]? {
    guard let object = objects.object(name) else { return nil }
    return try spool.object(object.entries, sha256: object.sha256)
  }
}
