public import Catalog
import Platform
public import Sealing
public import UpdateModel

/// Writes down what this site holds and lacks, for the next archive (docs/archive-format.md, section 10).
public struct ReceiptMaker: Sendable {
  private let catalog: Catalog
  private let site: ArchiveSite
  private let clock: @Sendable () -> Timestamp

  public init(catalog: Catalog, serverID: GUID, name: String, clock: @escaping @Sendable () -> Timestamp) {
    self.catalog = catalog
    site = ArchiveSite(serverID: serverID, name: name)
    self.clock = clock
  }

  /// Makes a receipt and remembers that it did.
  ///
  /// - Parameters:
  ///   - policy: which files this site wants: those that are not here are lacked.
  ///   - keys: sign, at least one.
  /// - Returns: the file.
  public func make(_ policy: ContentPolicy, keys: [SigningKey]) async throws -> (file: [UInt8], receipt: CheckedReceipt)
  {
    guard !keys.isEmpty else { throw ExportError.noKey }
    var receipt = Receipt(receiptID: .random(), created: clock().wholeSeconds, site: site)
    receipt.lastArchive = try await catalog.lastImport().map {
      LastArchive(archiveID: $0.archive.archiveID, sequence: $0.archive.sequence, source: $0.archive.sourceServerID)
    }
    receipt.holds = try await catalog.heldSnapshot { snapshot in
      var held = ReceiptHoldings()
      try snapshot.forEachRevision { _ = held.revisions.append($0) }
      try snapshot.forEachFile { _ = held.content.append($0) }
      return held
    }
    receipt.lacks = try await lacks(policy)
    let file = try SignedDocument.sign(try receipt.bytes(), keys: keys, signingTime: clock())
    try await catalog.recordReceipt(receipt.receiptID, created: receipt.created)
    return (file, CheckedReceipt(content: receipt, signers: keys.map { $0.certificate.description }))
  }

  private func lacks(_ policy: ContentPolicy) async throws -> ReceiptHoldings {
    var digests: Set<FileDigest> = []
    var after: Int64 = 0
    while true {
      let page = try await catalog.wantedFiles(policy, limit: 10_000, after: after)
      guard let last = page.last else { break }
      digests.formUnion(page.map(\.file.digest))
      after = last.fileID
    }
    let missing = try await catalog.missingReferences(limit: 100_000)
    let identities = Set(
      try await catalog.unavailableIdentities(limit: 100_000) + missing.bundled + missing.deployed)
    var lacked = ReceiptHoldings()
    lacked.content = DigestSet(digests)
    lacked.revisions = IdentitySet(identities)
    return lacked
  }
}
