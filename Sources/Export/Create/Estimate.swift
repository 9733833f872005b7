import Catalog
import UpdateModel

/// What an archive would be, without packing anything.
enum Estimate {
  /// What metadata takes on a medium for each revision, in bytes: about a quarter of a median document and its record.
  private static let packedRevision: Int64 = 2 << 10

  static func preview(
    _ snapshot: ExportSnapshot, _ held: HeldObjects, _ limit: VolumeLimit?, sequence: Int64, base: ArchiveBase?
  ) throws -> ExportPreview {
    var counts = ArchiveCounts()
    try snapshot.forEachIdentity { identity in
      counts.totalRevisions += 1
      if !held.contains(identity) { counts.revisions += 1 }
    }
    var files: [(name: ObjectName, size: Int64)] = []
    try snapshot.forEachContentFile { exported in
      guard exported.isPresent else { return }
      counts.totalContentFiles += 1
      guard !held.contains(exported.file.digest) else { return }
      counts.contentFiles += 1
      counts.contentBytes += exported.file.size ?? 0
      files.append((ObjectName(exported.file), exported.file.size ?? 0))
    }
    let lists = Int64(counts.totalRevisions) * 52 + Int64(counts.totalContentFiles) * 60
    var planner = try VolumePlanner(limit: limit?.bytes(objects: files.count))
    try planner.add(.state, size: lists + Int64(counts.revisions) * packedRevision)
    for file in files.sorted(by: { $0.name < $1.name }) { try planner.add(file.name, size: file.size) }
    return ExportPreview(
      sequence: sequence, base: base, counts: counts, volumes: planner.volumes.count,
      bytes: planner.volumes.reduce(0) { $0 + $1.size }, leftOut: try snapshot.leftOut())
  }
}
