public import Catalog
import Platform
public import UpdateModel

/// Imports Windows metadata packages (``WindowsPackageExport``) into an autonomous site.
///
/// A package is not signed: it may say anything of any update. All of it is checked before anything is stored; what this
/// site has already stays as it is; content that it names is wanted and comes from elsewhere, under the digests of the
/// documents. One import at a time for a state directory: the caller holds its lock.
public struct WindowsPackageImport: Sendable {
  /// Under this identity packages stand among the imports of a site. Not the one that they state: nobody proves it, and
  /// the order of archives of that server must not depend on it.
  public static let sourceServerID = GUID.zero
  private static let batch = 10_000

  private let catalog: Catalog
  private let state: String
  private let pool = BlockingPool(width: 1, name: "package")

  /// - Parameter state: the state directory; the package is copied there, without a name, before it is believed.
  public init(catalog: Catalog, state: String) {
    self.catalog = catalog
    self.state = state
  }

  /// Checks all of a package and tells what it would bring. Stores nothing.
  ///
  /// - Parameter expected: refuses any other file.
  /// - Throws: ``WindowsPackageError``, `CatalogError.replica(operation:)`, `SystemError`; `CancellationError`.
  public func plan(
    _ path: String, expecting expected: InlineSHA256? = nil,
    progress: @escaping @Sendable (PackageProgress) -> Void = { _ in }
  ) async throws -> CheckedWindowsPackage {
    try await requireAutonomous()
    return try await check(try await copy(path, expected), progress).facts
  }

  /// Imports a package, visible in one step at the end.
  ///
  /// Cancelled or killed, nothing of it is visible; the same call goes on, `discardStagedImport` of the catalogue drops
  /// it. A package that was imported before changes nothing.
  ///
  /// - Parameter expected: refuses any other file.
  /// - Throws: ``WindowsPackageError``, `CatalogError`, `SystemError`; `CancellationError`.
  public func apply(
    _ path: String, expecting expected: InlineSHA256? = nil,
    progress: @escaping @Sendable (PackageProgress) -> Void = { _ in }
  ) async throws -> ImportedWindowsPackage {
    try await requireAutonomous()
    let package = try await copy(path, expected)
    let checked = try await check(package, progress)
    if !checked.facts.isRepeat {
      let intake = PackageIntake(
        catalog: catalog, package: package, locations: checked.locations, lacking: Set(checked.lacking), pool: pool)
      try await intake.stage(progress)
    }
    let summary = try await catalog.publishImport(
      ImportPublication(archive: try await record(checked.facts), administration: .approvals([])))
    return ImportedWindowsPackage(package: checked.facts, summary: summary)
  }

  private func requireAutonomous() async throws {
    guard try await catalog.settings().replicationMode == .autonomous else {
      throw CatalogError.replica(operation: "import wsus")
    }
  }

  // MARK: Checking

  private struct Checked {
    let facts: CheckedWindowsPackage
    let locations: PackageLocations
    let lacking: [UpdateIdentity]
  }

  private func copy(_ path: String, _ expected: InlineSHA256?) async throws -> PackageCopy {
    let state = state
    let package = try await StopFlag.during { flag in
      try await pool.run { try PackageCopy(path, state: state, flag) }
    }
    if let expected, expected != package.sha256 {
      throw WindowsPackageError.refusal(path, "SHA-256: expected \(expected), found \(package.sha256)")
    }
    return package
  }

  private func check(
    _ package: PackageCopy, _ progress: @escaping @Sendable (PackageProgress) -> Void
  ) async throws -> Checked {
    let state = state
    let (facts, locations, identities) = try await StopFlag.during { flag in
      try await pool.run {
        var check = try PackageCheck(state: state)
        try check.read(package, flag, progress)
        return (try CheckedWindowsPackage(package, check), check.locations, check.identities)
      }
    }
    let lacking = try await missing(identities, package)
    var known = facts
    known.newRevisions = lacking.count
    known.missingMembers = try await missing(facts.missingMembers, package)
    known.isRepeat = try await catalog.importRecord(package.archiveID).map { $0.rolledBack == nil } ?? false
    return Checked(facts: known, locations: locations, lacking: lacking)
  }

  private func missing(_ identities: [UpdateIdentity], _ package: PackageCopy) async throws -> [UpdateIdentity] {
    var missing: [UpdateIdentity] = []
    for start in stride(from: 0, to: identities.count, by: Self.batch) {
      let some = Array(identities[start..<min(identities.count, start + Self.batch)])
      missing += try await catalog.missingRevisions(package.archiveID, among: some)
    }
    return missing
  }

  /// How this site remembers the package; packages are numbered here, from 1.
  private func record(_ package: CheckedWindowsPackage) async throws -> ImportedArchive {
    guard let digest = SHA256Digest(package.sha256) else {
      throw WindowsPackageError.refusal(package.path, "SHA-256: expected 32 bytes, found another number")
    }
    let last = try await catalog.lastImport(source: Self.sourceServerID)?.archive.sequence ?? 0
    return ImportedArchive(
      archiveID: package.archiveID, sourceServerID: Self.sourceServerID,
      sourceName: "wsusutil package of \(package.statedServerID)", sequence: last + 1, created: package.created,
      manifestSHA256: digest, counts: ArchiveCounts(revisions: package.revisions, totalRevisions: package.revisions))
  }
}
