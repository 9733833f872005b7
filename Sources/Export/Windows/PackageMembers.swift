import Catalog
import Packing
import UpdateModel
import WireFormat

/// The second way through the catalogue: writes both members of a package.
struct PackageMembers {
  private let cabinet: CabinetWriter
  private let index: PackageIndex
  private let order: PackageOrder

  init(file: PackageFile, index: PackageIndex, order: PackageOrder, created: Timestamp) throws {
    self.index = index
    self.order = order
    let modified = CabinetTime(unixSeconds: Int(created.unixSeconds))
    let names = [WindowsPackageLayout.metadataName, WindowsPackageLayout.packageName]
    cabinet = try CabinetWriter(names.map { CabinetWriter.Entry(name: $0, modified: modified) }) { bytes, offset in
      try file.write(bytes, at: offset)
    }
  }

  /// - Returns: the length of the Cabinet.
  func write(
    _ snapshot: ExportSnapshot, _ counts: PackageCounts, _ flag: StopFlag, _ progress: (PackageProgress) -> Void
  ) throws -> Int64 {
    do {
      var at = PackageProgress(phase: .write, total: counts.revisions)
      for level in 0..<order.levelCount {
        try snapshot.forEachRevision(where: { order.level(of: $0) == level }) { revision in
          try flag.check()
          try write(revision)
          at.add(revision.document)
          progress(at)
        }
      }
      try cabinet.endMember()
      try index.finish { piece in
        try flag.check()
        try cabinet.write(piece)
      }
      try cabinet.endMember()
      return try cabinet.finish()
    } catch let error as PackingError {
      throw Self.named(error)
    }
  }

  private func write(_ revision: ExportedRevision) throws {
    do {
      try cabinet.write(
        try PackageRecord(identity: revision.identity, document: revision.document).encoded())
    } catch let error as WireError {
      throw WindowsPackageError.damagedDocument(reason: "\(error)")
    }
    try index.append(PackageDocument.entry(try PackageDocument.metadata(of: revision), order))
  }

  /// What is too large for the format is the operator's to make smaller.
  private static func named(_ error: PackingError) -> any Error {
    switch error {
    case .memberAboveLimit, .cabinetTooLarge: WindowsPackageError.tooLarge(reason: "\(error)")
    default: error
    }
  }
}
