import Glibc
import Platform
public import UpdateModel

/// What a collection removed, or would remove.
public struct GarbageReport: Hashable, Sendable {
  /// How many names ``examples`` holds at most.
  public static let exampleLimit = 100

  public internal(set) var files = 0
  public internal(set) var bytes: Int64 = 0
  public internal(set) var partFiles = 0
  public internal(set) var partBytes: Int64 = 0
  /// Files that waited in imports that nobody continued.
  public internal(set) var imports = ContentStatistics.Tally()
  /// The first names, for a preview.
  public internal(set) var examples: [String] = []

  mutating func add(_ name: String, _ size: Int64) {
    files += 1
    bytes += size
    if examples.count < Self.exampleLimit { examples.append(name) }
  }
}

extension ContentStore {
  /// Removes files that nobody wants, and part files and imports that nobody continues.
  ///
  /// - Parameters:
  ///   - preview: count only.
  ///   - stagingBefore: part files last written before this go, wanted or not, and imports unless somebody holds them;
  ///     nil keeps wanted ones and all imports.
  ///   - keeping: answers, for the digests of one folder at a time, those to keep.
  public func collectGarbage(
    preview: Bool, stagingBefore: Timestamp? = nil,
    keeping: @Sendable ([FileDigest]) async throws -> Set<FileDigest>
  ) async throws -> GarbageReport {
    var report = GarbageReport()
    for number in UInt8.min...UInt8.max {
      let folder = Hex.upper([number])
      let names = try await blocking { try self.names(inFolder: folder) }
      if names.isEmpty { continue }
      let kept = try await keeping(names.map(\.digest))
      let unwanted = names.filter { !kept.contains($0.digest) }
      let removed = try await blocking { try self.remove(unwanted, from: folder, preview: preview) }
      for file in removed { report.add(file.name, file.size) }
    }
    try await collectStaging(&report, preview: preview, before: stagingBefore, keeping: keeping)
    report.imports = try await blocking { try self.collectImports(preview: preview, before: stagingBefore) }
    return report
  }

  func names(inFolder name: String) throws -> [ContentName] {
    guard try content.status(name)?.kind == .folder else { return [] }
    return try content.openFolder(name).names().compactMap(ContentName.init).filter { $0.digest.folder == name }
  }

  private func remove(
    _ names: [ContentName], from folderName: String, preview: Bool
  ) throws -> [(name: String, size: Int64)] {
    let folder = try content.openFolder(folderName)
    var removed: [(name: String, size: Int64)] = []
    for name in names where !ingests.isOpen(name.digest) {
      guard let status = try folder.status(name.text), status.kind == .regular else { continue }
      if !preview { try folder.remove(name.text) }
      removed.append(("\(folderName)/\(name.text)", status.size))
    }
    if !preview && !removed.isEmpty { try folder.sync() }
    return removed
  }

  private func collectStaging(
    _ report: inout GarbageReport, preview: Bool, before: Timestamp?,
    keeping: ([FileDigest]) async throws -> Set<FileDigest>
  ) async throws {
    let names = try await blocking { try self.staging.names() }
    let digests = names.filter { $0.hasSuffix(".part") }.compactMap { FileDigest(hex: $0.dropLast(5)) }
    if !preview { try await blocking { try self.removeLoneSidecars(names, besides: Set(digests)) } }
    if digests.isEmpty { return }
    let kept = try await keeping(digests)
    for digest in digests {
      let isWanted = kept.contains(digest)
      let size = try await blocking {
        try self.removePart(digest, before: isWanted ? before : nil, isWanted: isWanted, preview: preview)
      }
      if let size {
        report.partFiles += 1
        report.partBytes += size
      }
    }
  }

  /// Removes what a crash left beside no part file.
  private func removeLoneSidecars(_ names: [String], besides digests: Set<FileDigest>) throws {
    for name in names where name.hasSuffix(".json") || name.hasSuffix(".json.new") {
      guard let digest = FileDigest(hex: name.prefix(40)), !digests.contains(digest), !ingests.isOpen(digest)
      else { continue }
      try staging.remove(name)
    }
  }

  /// - Returns: the size when it goes, nil when it stays.
  private func removePart(_ digest: FileDigest, before: Timestamp?, isWanted: Bool, preview: Bool) throws -> Int64? {
    let name = Sidecar.partName(digest)
    guard !ingests.isOpen(digest), let status = try staging.status(name), status.kind == .regular else { return nil }
    if isWanted {
      guard let before, status.modified < before else { return nil }
    }
    let descriptor = try staging.openFile(name, flags: O_RDWR)
    guard try descriptor.tryLock() else { return nil }
    if !preview {
      try staging.remove(name)
      try staging.remove(Sidecar.name(digest))
    }
    return status.size
  }
}
