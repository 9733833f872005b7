import Catalog
import Platform
import UpdateModel

/// Makes the plan of an archive inside one snapshot of the catalogue: packs everything but content, and lays out the
/// volumes. Blocks.
struct PlanBuilder: Sendable {
  let folder: PlanFolder
  let source: ObjectSource
  let held: HeldObjects
  let volumeLimit: VolumeLimit?
  let report: @Sendable (ExportProgress) throws -> Void

  /// The objects in their order. The lists stand before what they list: their places are filled in later.
  private struct Objects {
    private static let firstMetadata = 3
    var all = [ObjectName.state, .revisionList, .contentList].map { ArchiveEntry(name: $0, size: 0, sha256: .unknown) }

    /// The name of the next metadata object; nil when there are too many.
    var nextMetadata: ObjectName? { .metadata(all.count - Self.firstMetadata + 1) }
  }

  /// - Parameter head: the members that say what the archive is; all others are filled in.
  /// - Returns: the manifest but for the digests of volumes and of parts.
  func plan(_ head: ArchiveManifest, _ snapshot: ExportSnapshot) throws -> ArchiveManifest {
    var plan = head
    var objects = Objects()
    let state = ArchiveState(try snapshot.state()).bytes()
    plan.snapshot.state = try InlineSHA256(digesting: state)
    objects.all[0] = try keep(.state, try PackedObjectCodec.pack(state), in: &plan)
    objects.all[1] = try packRevisions(snapshot, &plan, &objects)
    objects.all[2] = try listContent(snapshot, &plan, &objects)
    try layOut(objects.all, &plan)
    plan.readme = try Self.listed(Readme.text(of: plan))
    plan.sums = ListedFile(size: Int64(plan.sumsText().count), sha256: .unknown)
    return plan
  }

  // MARK: Revisions

  /// - Returns: the list of revisions.
  private func packRevisions(
    _ snapshot: ExportSnapshot, _ plan: inout ArchiveManifest, _ objects: inout Objects
  ) throws -> ArchiveEntry {
    var list = try ListWriter(folder)
    var writer = try MetadataObjectWriter()
    var progress = ExportProgress(phase: .planning, total: snapshot.revisionCount)
    try snapshot.forEachRevision { revision in
      let sha256 = try InlineSHA256(digesting: revision.document)
      try list.append(RevisionListing(identity: revision.identity, sha256: sha256))
      progress.done += 1
      if progress.done.isMultiple(of: 256) { try report(progress) }
      if held.contains(revision.identity) { return }
      plan.counts.revisions += 1
      let record = MetadataRecord(
        identity: revision.identity, keysKnown: revision.keysKnown, files: revision.files,
        length: revision.document.count, sha256: sha256)
      if let full = try writer.append(record, document: revision.document) { try add(full, to: &plan, &objects) }
    }
    if let last = try writer.finish() { try add(last, to: &plan, &objects) }
    plan.counts.totalRevisions = snapshot.revisionCount
    return try keep(.revisionList, list, in: &plan, digest: \.revisions)
  }

  private func add(_ packed: PackedBytes, to plan: inout ArchiveManifest, _ objects: inout Objects) throws {
    guard let name = objects.nextMetadata else {
      throw FormatError(place: "metadata", expected: "at most 999999 objects", found: "more")
    }
    objects.all.append(try keep(name, packed, in: &plan))
  }

  // MARK: Content

  /// - Returns: the list of content.
  private func listContent(
    _ snapshot: ExportSnapshot, _ plan: inout ArchiveManifest, _ objects: inout Objects
  ) throws -> ArchiveEntry {
    var list = try ListWriter(folder)
    try snapshot.forEachContentFile { exported in
      guard exported.isPresent else { return }
      let entry = try contentEntry(exported.file)
      try list.append(ContentListing(digest: exported.file.digest, size: entry.size, sha256: entry.sha256))
      plan.counts.totalContentFiles += 1
      if held.contains(exported.file.digest) { return }
      plan.counts.contentFiles += 1
      plan.counts.contentBytes += entry.size
      objects.all.append(entry)
      if plan.counts.contentFiles.isMultiple(of: 256) {
        try report(ExportProgress(phase: .planning, done: snapshot.revisionCount, total: snapshot.revisionCount))
      }
    }
    return try keep(.contentList, list, in: &plan, digest: \.content)
  }

  /// A file whose SHA-256 nobody declared is read now.
  private func contentEntry(_ file: ContentFile) throws -> ArchiveEntry {
    let name = ObjectName(file)
    if let size = file.size, let sha256 = file.sha256 {
      return ArchiveEntry(name: name, size: size, sha256: InlineSHA256(sha256))
    }
    let open = try source.open(name, size: file.size)
    let size = try open.status().size
    let sha256 = try file.sha256.map(InlineSHA256.init) ?? open.digest(from: 0, upTo: size)
    return ArchiveEntry(name: name, size: size, sha256: sha256)
  }

  // MARK: Objects and volumes

  private func keep(
    _ name: ObjectName, _ packed: PackedBytes, in plan: inout ArchiveManifest
  ) throws -> ArchiveEntry {
    try folder.writeObject(name, packed.bytes)
    plan.packed.append(PackedObject(name: name, length: Int64(packed.length)))
    return ArchiveEntry(
      name: name, size: Int64(packed.bytes.count), sha256: try InlineSHA256(digesting: packed.bytes))
  }

  /// Packs a list; its own digest goes into the snapshot.
  private func keep(
    _ name: ObjectName, _ list: consuming ListWriter, in plan: inout ArchiveManifest,
    digest: WritableKeyPath<ArchiveSnapshot, InlineSHA256>
  ) throws -> ArchiveEntry {
    let packed = try list.pack(as: name)
    plan.snapshot[keyPath: digest] = packed.listSHA256
    plan.packed.append(PackedObject(name: name, length: packed.length))
    return ArchiveEntry(name: name, size: packed.size, sha256: packed.sha256)
  }

  private func layOut(_ objects: consuming [ArchiveEntry], _ plan: inout ArchiveManifest) throws {
    plan.packed.sort { $0.name < $1.name }
    var planner = try VolumePlanner(limit: volumeLimit?.bytes(objects: objects.count))
    // Few objects are split: all others are their own entries, where they lie.
    var split: [(index: Int, pieces: [PlannedEntry])] = []
    for (index, object) in objects.enumerated() {
      let pieces = try planner.lay(object.name, size: object.size)
      if pieces.count > 1 { split.append((index, pieces)) }
    }
    plan.volumes = planner.volumes.map { ArchiveVolume(size: $0.size, sha256: .unknown, entries: $0.entries) }
    plan.entries = Self.entries(objects, split, &plan)
  }

  /// The objects with those that are split in parts.
  private static func entries(
    _ objects: consuming [ArchiveEntry], _ split: [(index: Int, pieces: [PlannedEntry])], _ plan: inout ArchiveManifest
  ) -> [ArchiveEntry] {
    if split.isEmpty { return objects }
    var entries: [ArchiveEntry] = []
    entries.reserveCapacity(objects.count + split.reduce(0) { $0 + $1.pieces.count })
    var next = 0
    for (index, pieces) in split {
      entries += objects[next..<index]
      next = index + 1
      let object = objects[index]
      plan.split.append(
        SplitObject(name: object.name, parts: pieces.count, size: object.size, sha256: object.sha256))
      entries += pieces.map { ArchiveEntry(name: $0.name, part: $0.part, size: $0.size, sha256: .unknown) }
    }
    entries += objects[next...]
    return entries
  }

  private static func listed(_ bytes: [UInt8]) throws -> ListedFile {
    ListedFile(size: Int64(bytes.count), sha256: try InlineSHA256(digesting: bytes))
  }
}
