public import Catalog
public import UpdateModel
import WireFormat

/// A package that was read to its end and found in order.
public struct CheckedWindowsPackage: Hashable, Sendable {
  public let path: String
  public let sha256: InlineSHA256
  /// Made of the digest: under it this site remembers the package.
  public let archiveID: GUID
  /// As the package states; nobody proves it.
  public let statedServerID: GUID
  /// As the package states.
  public let created: Timestamp
  public let revisions: Int
  /// Revisions that are no categories and no detectoids.
  public let updates: Int
  public let metadataBytes: Int64
  /// Content files that it names; none is carried.
  public let files: Int
  /// Files without an `http` or `https` address of at most 2,048 bytes.
  public let filesWithoutLocation: Int
  /// Revisions that are not here yet.
  public internal(set) var newRevisions = 0
  /// Revisions that its bundles name and that are neither in it nor here, sorted.
  public internal(set) var missingMembers: [UpdateIdentity]
  /// This package was imported before.
  public internal(set) var isRepeat = false
}

extension CheckedWindowsPackage {
  init(_ package: PackageCopy, _ check: PackageCheck) throws {
    guard let header = check.header else {
      throw WindowsPackageError.refusal(package.path, "package.xml: expected ExportPackage, found nothing")
    }
    path = package.path
    sha256 = package.sha256
    archiveID = package.archiveID
    statedServerID = header.serverID
    created = header.creationTime
    revisions = check.identities.count
    updates = check.updates
    metadataBytes = check.metadataBytes
    files = check.locations.files
    filesWithoutLocation = check.locations.unusable
    missingMembers = check.foreignMembers
  }
}

/// A package that is visible now, or was before.
public struct ImportedWindowsPackage: Sendable {
  public let package: CheckedWindowsPackage
  public let summary: Catalog::ImportSummary
}
