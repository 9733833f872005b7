import Catalog
import Platform
import Sealing
import TestSupport
import Testing
import UpdateModel

@testable import Export

/// docs/archive-format.md, sections 10 and 12: receipts that an exporter must not build on.
@Suite("Attacks with receipts") struct ReceiptAttackTests: AttackSuite {
  @Test("a receipt with a changed byte is refused, or the byte was none of what is signed and changes nothing")
  func tampered() async throws {
    let (file, key) = try await receipt()
    let genuine = try open(file, trusting: key.certificate)
    var random = SeededGenerator(seed: 3)
    var refusals = 0
    for _ in 0..<200 {
      var bytes = file
      let position = Int.random(in: 0..<bytes.count, using: &random)
      bytes[position] ^= UInt8.random(in: 1...255, using: &random)
      do {
        // CMS leaves its envelope unsigned, as the list of digest algorithms.
        #expect(try open(bytes, trusting: key.certificate) == genuine, "offset \(position)")
      } catch let refusal as ArchiveRefusal {
        #expect([.signature, .signer].contains(refusal.step), "offset \(position): \(refusal)")
        refusals += 1
      }
    }
    #expect(refusals > 150)
  }

  @Test("a truncated receipt and one with bytes behind its end are refused at signature", arguments: [-1, -300, 1])
  func otherLength(change: Int) async throws {
    let (file, key) = try await receipt()
    let bytes = change < 0 ? Array(file.dropLast(-change)) : file + [0]
    #expect(await refusal { _ = try open(bytes, trusting: key.certificate) }?.step == .signature)
  }

  @Test("forged: a receipt of a key that nobody trusts is refused at signer")
  func wrongKey() async throws {
    let (file, _) = try await receipt()
    let other = try newKey("Somebody else")
    #expect(await refusal { _ = try open(file, trusting: other.certificate) }?.step == .signer)
  }

  @Test("a key that is trusted for archives alone is refused at signer")
  func wrongPurpose() async throws {
    let (file, key) = try await receipt()
    #expect(await refusal { _ = try open(file, trusting: key.certificate, for: .archives) }?.step == .signer)
  }

  @Test("a receipt of another site than the target is refused at target")
  func otherSite() async throws {
    let (file, key) = try await receipt()
    let target = GUID(high: 1, low: 2)
    #expect(await refusal { _ = try open(file, trusting: key.certificate, target: target) }?.step == .target)
    #expect(try open(file, trusting: key.certificate, target: ImportingSite.serverID).heldRevisions == 0)
  }

  @Test("a receipt of the day after tomorrow is refused at freshness")
  func future() async throws {
    let (file, key) = try await receipt()
    let early = SourceSite.now.adding(seconds: -1_000)
    let late = SourceSite.now.adding(seconds: -2 * 86_400)
    #expect(try open(file, trusting: key.certificate, now: early).heldRevisions == 0)
    // The certificate is not valid yet at that time either: trust comes first.
    #expect(await refusal { _ = try open(file, trusting: key.certificate, now: late) }?.step == .signer)
    let old = try SigningKey.create(
      commonName: "Old", validFrom: SourceSite.now.adding(seconds: -1e8),
      validUntil: SourceSite.now.adding(seconds: 1e9))
    let (other, _) = try await receipt(signedBy: old)
    #expect(await refusal { _ = try open(other, trusting: old.certificate, now: late) }?.step == .freshness)
  }

  @Test("an archive built on another site's receipt is refused at base")
  func foreignBase() async throws {
    let source = try await smallSource()
    let site = try await ImportingSite(trusting: [source.key.certificate])
    let (file, key) = try await receipt()
    let foreign = try open(file, trusting: key.certificate)
    try await refused(.base, source, site, exporting: { $0.base = .receipt(foreign) }) { _ in }
  }

  // MARK: Pieces

  /// A receipt of an empty site.
  private func receipt(signedBy signer: SigningKey? = nil) async throws -> ([UInt8], SigningKey) {
    let site = try await ImportingSite()
    let key = try signer ?? newKey("Site")
    let maker = ReceiptMaker(
      catalog: site.catalog, serverID: ImportingSite.serverID, name: "site.test", clock: site.clock.clock)
    return (try await maker.make(ContentPolicy(isLazy: false), keys: [key]).file, key)
  }

  private func open(
    _ file: [UInt8], trusting certificate: Certificate, for purpose: TrustPurpose = .receipts, target: GUID? = nil,
    now: Timestamp = SourceSite.now
  ) throws -> CheckedReceipt {
    var trust = TrustStore()
    try trust.trust(certificate, as: "site", for: [purpose], at: SourceSite.now, by: "tests")
    return try CheckedReceipt.open(file, trust: trust, threshold: 1, target: target, now: now)
  }
}
