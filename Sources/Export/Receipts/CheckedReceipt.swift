import Sealing
public import UpdateModel

/// A receipt whose signature holds and whose signer is trusted: what a differential archive may build on.
public struct CheckedReceipt: Hashable, Sendable {
  let content: Receipt
  /// The signers that counted.
  public let signers: [String]

  public var receiptID: GUID { content.receiptID }
  public var created: Timestamp { content.created }
  public var siteID: GUID { content.site.serverID }
  public var siteName: String { content.site.name }
  /// The last archive that the site imported, and its source.
  public var lastArchive: (archiveID: GUID, sequence: Int64, source: GUID)? {
    content.lastArchive.map { ($0.archiveID, $0.sequence, $0.source) }
  }
  public var heldFiles: Int { content.holds.content.count }
  public var heldRevisions: Int { content.holds.revisions.count }
  public var lackedFiles: Int { content.lacks.content.count }
  public var lackedRevisions: Int { content.lacks.revisions.count }
  public var attachmentKinds: [String] { content.attachments.map(\.kind) }

  /// The lacked files, the first `limit` of them.
  public func lackedDigests(limit: Int) -> [FileDigest] {
    (0..<min(limit, lackedFiles)).compactMap { FileDigest(bytes: Array(content.lacks.content.records.record($0))) }
  }
}

extension CheckedReceipt {
  /// Opens a receipt (docs/archive-format.md, section 10): signature, signer, then contents.
  ///
  /// - Parameters:
  ///   - file: the whole file, at most 256 MiB.
  ///   - target: the only site whose receipt is wanted; nil: any.
  /// - Throws: ``ArchiveRefusal``.
  public static func open(
    _ file: [UInt8], trust: TrustStore, threshold: Int, target: GUID?, now: Timestamp
  ) throws -> CheckedReceipt {
    let opened: (content: [UInt8], signers: [Signer])
    do {
      opened = try SignedDocument.open(file)
    } catch {
      throw ArchiveRefusal(.signature, what: "the receipt", expected: "a signature that holds", found: "\(error)")
    }
    let accepted = try trust.accept(opened.signers, for: .receipts, threshold: threshold, now: now)
    let receipt: Receipt
    do {
      receipt = try Receipt.parse(opened.content)
    } catch {
      throw ArchiveRefusal(.manifest, error)
    }
    try require(receipt, target: target, now: now)
    return CheckedReceipt(content: receipt, signers: accepted.names)
  }

  private static func require(_ receipt: Receipt, target: GUID?, now: Timestamp) throws(ArchiveRefusal) {
    if let target, target != receipt.site.serverID {
      throw ArchiveRefusal(
        .target, what: "the receipt's site", expected: "\(target)",
        found: "\(receipt.site.serverID) (\(ForeignText.quoted(receipt.site.name)))")
    }
    if receipt.created.seconds(since: now) > ArchiveRules.clockTolerance {
      throw ArchiveRefusal(
        .freshness, what: "created", expected: "at most a day ahead of the clock (\(now))", found: "\(receipt.created)",
        hint: "check the clocks of both servers")
    }
  }
}
