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

  /// - Parameter head: the members that say what the archive is; all others are filled in.
  /// - Returns: the manifest but for the digests of volumes and of parts.
  func plan(_ head: ArchiveManifest, _ snapshot: ExportSnapshot) throws -> ArchiveManifest {
    var plan = head
    var objects: [ArchiveEntry] = []
    let state = ArchiveState(try snapshot.state()).bytes()
    plan.snapshot.state = try InlineSHA256(digesting: state)
    try add(.state, state, to: &plan, &objects)
    let metadata = try packRevisions(snapshot, &plan, &objects)
    let content = try listContent(snapshot, &plan, &objects)
    objects += metadata + content
    try layOut(objects, &plan)
    plan.readme = try Self.listed(Readme.text(of: plan))
    plan.sums = ListedFile(size: Int64(plan.sumsText().count), sha256: .unknown)
    return plan
  }

  // MARK: Revisions

  /// The list of revisions is an object before the metadata, and complete after it.
  private func packRevisions(
    _ snapshot: ExportSnapshot, _ plan: inout ArchiveManifest, _ objects: inout [ArchiveEntry]
  ) throws -> [ArchiveEntry] {
    var list: [UInt8] = []
    var metadata: [ArchiveEntry] = []
    var writer = try MetadataObjectWriter()
    var progress = ExportProgress(phase: .planning, total: snapshot.revisionCount)
    try snapshot.forEachRevision { revision in
      let sha256 = try InlineSHA256(digesting: revision.document)
      RevisionList.append(RevisionListing(identity: revision.identity, sha256: sha256), to: &list)
      progress.done += 1
      if progress.done.isMultiple(of: 256) { try report(progress) }
      if held.contains(revision.identity) { return }
      plan.counts.revisions += 1
      let record = MetadataRecord(
        identity: revision.identity, keysKnown: revision.keysKnown, files: revision.files,
        length: revision.document.count, sha256: sha256)
      if let full = try writer.append(record, document: revision.document) { try add(full, to: &plan, &metadata) }
    }
    if let last = try writer.finish() { try add(last, to: &plan, &metadata) }
    plan.counts.totalRevisions = snapshot.revisionCount
    plan.snapshot.revisions = try InlineSHA256(digesting: list)
    try add(.revisionList, list, to: &plan, &objects)
    return metadata
  }

  private func add(_ packed: PackedBytes, to plan: inout ArchiveManifest, _ metadata: inout [ArchiveEntry]) throws {
    guard let name = ObjectName.metadata(metadata.count + 1) else {
      throw FormatError(place: "metadata", expected: "at most 999999 objects", found: "more")
    }
    try add(name, packed, to: &plan, &metadata)
  }

  // MARK: Content

  private func listContent(
    _ snapshot: ExportSnapshot, _ plan: inout ArchiveManifest, _ objects: inout [ArchiveEntry]
  ) throws -> [ArchiveEntry] {
    var list: [UInt8] = []
    var content: [ArchiveEntry] = []
    try snapshot.forEachContentFile { exported in
      guard exported.isPresent else { return }
      let entry = try contentEntry(exported.file)
      ContentList.append(
        ContentListing(digest: exported.file.digest, size: entry.size, sha256: entry.sha256), to: &list)
      plan.counts.totalContentFiles += 1
      if held.contains(exported.file.digest) { return }
      plan.counts.contentFiles += 1
      plan.counts.contentBytes += entry.size
      content.append(entry)
      if content.count.isMultiple(of: 256) {
        try report(ExportProgress(phase: .planning, done: snapshot.revisionCount, total: snapshot.revisionCount))
      }
    }
    plan.snapshot.content = try InlineSHA256(digesting: list)
    try add(.contentList, list, to: &plan, &objects)
    return content
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

  private func add(
    _ name: ObjectName, _ bytes: [UInt8], to plan: inout ArchiveManifest, _ objects: inout [ArchiveEntry]
  ) throws {
    try add(name, try PackedObjectCodec.pack(bytes), to: &plan, &objects)
  }

  private func add(
    _ name: ObjectName, _ packed: PackedBytes, to plan: inout ArchiveManifest, _ objects: inout [ArchiveEntry]
  ) throws {
    try folder.writeObject(name, packed.bytes)
    plan.packed.append(PackedObject(name: name, length: Int64(packed.length)))
    objects.append(
      ArchiveEntry(name: name, size: Int64(packed.bytes.count), sha256: try InlineSHA256(digesting: packed.bytes)))
  }

  private func layOut(_ unsorted: [ArchiveEntry], _ plan: inout ArchiveManifest) throws {
    plan.packed.sort { $0.name < $1.name }
    let objects = unsorted.sorted { $0.name < $1.name }
    var planner = try VolumePlanner(limit: volumeLimit?.bytes(objects: objects.count))
    for object in objects { try planner.add(object.name, size: object.size) }
    plan.volumes = planner.volumes.map { ArchiveVolume(size: $0.size, sha256: .unknown, entries: $0.entries) }
    var index = 0
    for entry in planner.entries {
      while objects[index].name != entry.name { index += 1 }
      let object = objects[index]
      let isWhole = entry.part == 0
      plan.entries.append(
        ArchiveEntry(
          name: entry.name, part: entry.part, size: entry.size, sha256: isWhole ? object.sha256 : .unknown))
      if entry.part == 1 {
        plan.split.append(SplitObject(name: object.name, parts: 0, size: object.size, sha256: object.sha256))
      }
      if entry.part > 0 { plan.split[plan.split.count - 1].parts = entry.part }
    }
  }

  private static func listed(_ bytes: [UInt8]) throws -> ListedFile {
    ListedFile(size: Int64(bytes.count), sha256: try InlineSHA256(digesting: bytes))
  }
}
