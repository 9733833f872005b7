import Fuzzing
import Sealing
import UpdateModel

@testable import Export

/// Receipts as text, in their signature, and made of the input: nothing traps, what is accepted means the same when it
/// is written and read again, and nobody's signature is enough.
func check(_ input: [UInt8]) {
  let receipt = parse(input)
  if let receipt { checkAccepted(receipt) }
  openSigned(input)
  checkMade(input)
}

private func parse(_ bytes: [UInt8]) -> Receipt? {
  do throws(FormatError) { return try Receipt.parse(bytes) } catch {
    requirePlain("\(error)")
    return nil
  }
}

private func checkAccepted(_ receipt: Receipt) {
  let total = receipt.attachments.reduce(0) { $0 + $1.bytes.count }
  require(total <= Receipt.maximumUnpacked, "the attachments unpack to \(total) bytes")
  do {
    let written = try receipt.bytes()
    require(try Receipt.parse(written) == receipt, "a receipt was read as another one")
    require(try Receipt.parse(written).bytes() == written, "a receipt was written in two ways")
  } catch { require(false, "an accepted receipt was written and refused: \(error)") }
  for holdings in [receipt.holds, receipt.lacks] {
    require(isAscending(holdings.content.records) && isAscending(holdings.revisions.records), "a list has no order")
  }
}

private func isAscending(_ records: RecordSet) -> Bool {
  (0..<max(records.count - 1, 0)).allSatisfy { records.record($0).lexicographicallyPrecedes(records.record($0 + 1)) }
    && (0..<records.count).allSatisfy { records.contains(Array(records.record($0))) }
}

/// A signed receipt: the empty trust store believes nobody, whatever the signature is worth.
private func openSigned(_ input: [UInt8]) {
  let now = Timestamp(year: 2026, month: 11, day: 1)
  do {
    _ = try CheckedReceipt.open(input, trust: TrustStore(), threshold: 1, target: nil, now: now)
    require(false, "a receipt of nobody was accepted")
  } catch {
    let step = (error as? ArchiveRefusal)?.step
    require(step == .signature || step == .signer, "\(error) is no refusal of a signature or signer")
    requirePlain("\(error)", limit: 200_000)
  }
  guard let opened = try? SignedDocument.open(input) else { return }
  require(!opened.signers.isEmpty, "a document without signers was opened")
  if let receipt = parse(opened.content) { checkAccepted(receipt) }
}

/// Sets of any records keep each once and in order, and the receipt of them survives.
private func checkMade(_ input: [UInt8]) {
  var feed = Feed(input)
  var receipt = Receipt(
    receiptID: GUID(high: 4, low: 4), created: Timestamp(year: 2026, month: 11, day: 1),
    site: ArchiveSite(serverID: GUID(high: 1, low: 1), name: "dss.example"))
  receipt.holds = holdings(&feed)
  receipt.lacks = holdings(&feed)
  if feed.truth() {
    receipt.lastArchive = LastArchive(
      archiveID: GUID(high: 3, low: 3), sequence: 1 + Int64(feed.number(width: 4)), source: GUID(high: 2, low: 2))
  }
  receipt.attachments = (0..<feed.number(below: 3)).map { number in
    ReceiptAttachment(kind: "kind \(number)", bytes: feed.bytes(feed.byte()))
  }
  checkAccepted(receipt)
}

private func holdings(_ feed: inout Feed) -> ReceiptHoldings {
  let digests = (0..<feed.number(below: 20)).compactMap { _ in
    FileDigest(bytes: feed.bytes(2) + [UInt8](repeating: 1, count: 18))
  }
  let identities = (0..<feed.number(below: 20)).map { _ in
    UpdateIdentity(updateID: GUID(high: UInt64(feed.byte()), low: 0), revisionNumber: Int32(feed.byte()))
  }
  var holdings = ReceiptHoldings()
  holdings.content = DigestSet(digests)
  holdings.revisions = IdentitySet(identities)
  require(holdings.content.count == Set(digests).count, "a set of files has \(holdings.content.count) of them")
  require(digests.allSatisfy { holdings.content.contains($0) }, "a file is not in its set")
  require(holdings.revisions.count == Set(identities).count, "a set of revisions has \(holdings.revisions.count)")
  require(identities.allSatisfy { holdings.revisions.contains($0) }, "a revision is not in its set")
  return holdings
}
