public import Catalog
import Platform
public import UpdateModel
import WireFormat

/// Writes Windows metadata packages of this site, as `wsusutil export` does: a Cabinet with `metadata.txt` and
/// `package.xml` (docs/protocol/wsusutil-package.md). They carry no content, no approvals, no groups, no decryption keys
/// and no signature.
///
/// Goes through the catalogue twice and keeps some hundred bytes for each revision and file in memory, no document.
/// The same catalogue, selection and time give the same bytes.
public struct WindowsPackageExport: Sendable {
  private let catalog: Catalog
  private let state: String
  private let serverID: GUID
  private let clock: @Sendable () -> Timestamp

  /// - Parameters:
  ///   - state: the state directory; `package.xml` waits there without a name while it grows.
  ///   - serverID: of this site; stands in the package.
  public init(catalog: Catalog, state: String, serverID: GUID, clock: @escaping @Sendable () -> Timestamp) {
    self.catalog = catalog
    self.state = state
    self.serverID = serverID
    self.clock = clock
  }

  /// What a package would have. Writes nothing.
  ///
  /// - Throws: ``WindowsPackageError``, `CatalogError`; `CancellationError`.
  public func plan(
    _ selection: ExportSelection, progress: @escaping @Sendable (PackageProgress) -> Void = { _ in }
  ) async throws -> PlannedWindowsPackage {
    try await StopFlag.during { flag in
      try await catalog.exportSnapshot(selection) { snapshot in
        let survey = try Self.survey(snapshot, flag, progress) { _ in }
        return PlannedWindowsPackage(counts: survey.counts, leftOut: try Self.leftOut(snapshot))
      }
    }
  }

  /// Writes a package. Killed or failing, it leaves nothing with the name of `path`.
  ///
  /// - Parameters:
  ///   - path: a name that is free, in a folder that exists.
  ///   - created: the time that the package states; nil: now. The only part that varies from run to run.
  /// - Throws: ``WindowsPackageError``, `SystemError`, `CatalogError`; `CancellationError`.
  public func write(
    _ selection: ExportSelection, to path: String, created: Timestamp? = nil,
    progress: @escaping @Sendable (PackageProgress) -> Void = { _ in }
  ) async throws -> WrittenWindowsPackage {
    let header = WindowsPackageHeader(serverID: serverID, creationTime: (created ?? clock()).wholeSeconds)
    let languages = try await catalog.serverConfiguration(since: nil).languages
    let state = state
    return try await StopFlag.during { flag in
      try await catalog.exportSnapshot(selection) { snapshot in
        let file = try PackageFile(path)
        do {
          let index = try PackageIndex(header: header, languages: languages, state: state)
          let survey = try Self.survey(snapshot, flag, progress) { try index.append($0) }
          let writer = try PackageMembers(file: file, index: index, order: survey.order, created: header.creationTime)
          let bytes = try writer.write(snapshot, survey.counts, flag, progress)
          return WrittenWindowsPackage(
            planned: PlannedWindowsPackage(counts: survey.counts, leftOut: try Self.leftOut(snapshot)),
            created: header.creationTime, bytes: bytes, sha256: try file.finish())
        } catch {
          try file.abandon()
          throw error
        }
      }
    }
  }

  private static func survey(
    _ snapshot: ExportSnapshot, _ flag: StopFlag, _ progress: (PackageProgress) -> Void,
    _ takeFile: (PackagedFile) throws -> Void
  ) throws -> PackageSurvey {
    var survey = PackageSurvey()
    var at = PackageProgress(phase: .plan, total: snapshot.revisionCount)
    try snapshot.forEachRevision { revision in
      try flag.check()
      try survey.take(revision, takeFile)
      at.add(revision.document)
      progress(at)
    }
    survey.finish()
    return survey
  }

  /// Metadata alone counts: a package has no files and no approvals.
  private static func leftOut(_ snapshot: ExportSnapshot) throws -> [LeftOut] {
    try snapshot.leftOut().filter { [.missingBundleMember, .missingPrerequisite].contains($0.reason) }
  }
}

/// What a package would have.
public struct PlannedWindowsPackage: Hashable, Sendable {
  public let counts: PackageCounts
  /// Metadata that the selection needs and this site does not have.
  public let leftOut: [LeftOut]
}

/// A package that is whole and on disk.
public struct WrittenWindowsPackage: Hashable, Sendable {
  public let planned: PlannedWindowsPackage
  public let created: Timestamp
  public let bytes: Int64
  public let sha256: InlineSHA256
}
