public import Catalog
import Sealing
public import UpdateModel

/// The server that reads an archive: for whom it is, what it followed and imported before.
public struct ArchiveReader: Sendable {
  /// How many imports are looked through for a number that was used twice.
  private static let rememberedImports = 10_000

  let catalog: Catalog
  let serverID: GUID

  public init(catalog: Catalog, serverID: GUID) {
    self.catalog = catalog
    self.serverID = serverID
  }

  /// What the rules of steps 5 to 9 ask about this server.
  ///
  /// - Parameter sha256: of the manifest's bytes.
  func site(
    for manifest: ArchiveManifest, _ sha256: InlineSHA256, _ policy: ImportPolicy
  ) async throws -> ImportSite {
    var site = ImportSite(serverID: serverID)
    site.changesSource = policy.changesSource
    site.maximumAge = policy.maximumAge
    if try await catalog.settings().replicationMode == .replica {
      site.followedSource = try await followedSource()
    }
    let last = try await catalog.lastImport(source: manifest.source.serverID)?.archive
    site.lastImport = (try await fork(of: manifest, sha256, behind: last) ?? last).map { LastImport($0) }
    if let base = manifest.base, base.kind == .receipt {
      site.ownsBaseReceipt = try await catalog.isOwnReceipt(base.id)
    }
    return site
  }

  /// The source of the last archive. A Windows package names none that could be followed: nobody signed it.
  private func followedSource() async throws -> GUID? {
    try await catalog.importRecords(limit: Self.rememberedImports).first {
      $0.rolledBack == nil && $0.archive.sourceServerID != WindowsPackageImport.sourceServerID
    }?.archive.sourceServerID
  }

  /// An import of this source, also one that was rolled back, that had the same number or id with another manifest.
  private func fork(
    of manifest: ArchiveManifest, _ sha256: InlineSHA256, behind last: ImportedArchive?
  ) async throws -> ImportedArchive? {
    guard manifest.sequence > last?.sequence ?? 0 else { return nil }
    return try await catalog.importRecords(limit: Self.rememberedImports).map(\.archive).first { known in
      known.sourceServerID == manifest.source.serverID
        && (known.sequence == manifest.sequence || known.archiveID == manifest.archiveID)
        && InlineSHA256(known.manifestSHA256) != sha256
    }
  }
}

extension LastImport {
  init(_ archive: ImportedArchive) {
    self.init(
      archiveID: archive.archiveID, sequence: archive.sequence, manifestSHA256: InlineSHA256(archive.manifestSHA256))
  }
}
