import Catalog
import Testing
import UpdateModel

@testable import Export

@Suite("Trust in archives")
struct TrustDecisionTests {
  private static let now = Timestamp(year: 2026, month: 11, day: 10)

  private static func fingerprint(_ number: UInt8) throws -> SHA256Digest {
    try #require(SHA256Digest(bytes: [UInt8](repeating: number, count: 32)))
  }

  private static func signer(
    _ number: UInt8, from: Timestamp? = nil, until: Timestamp? = nil, anchor: UInt8? = nil
  ) throws -> VerifiedSigner {
    VerifiedSigner(
      fingerprint: try fingerprint(number), subject: "CN=signer \(number)",
      validFrom: from ?? now.adding(seconds: -1000), validUntil: until ?? now.adding(seconds: 1000),
      chain: try anchor.map { VerifiedSigner.Chain.anchor(try fingerprint($0)) }
        ?? .refused(reason: "self-signed certificate"))
  }

  /// 1 and 2 are pinned, 3 is for receipts only, 8 is an authority, 9 and 1x are revoked.
  private static func trusted(revoked: [UInt8] = [9]) throws -> TrustedSet {
    TrustedSet(
      entries: [
        TrustEntry(fingerprint: try fingerprint(1), isAuthority: false, purposes: [.archives, .receipts]),
        TrustEntry(fingerprint: try fingerprint(2), isAuthority: false, purposes: [.archives]),
        TrustEntry(fingerprint: try fingerprint(3), isAuthority: false, purposes: [.receipts]),
        TrustEntry(fingerprint: try fingerprint(8), isAuthority: true, purposes: [.archives]),
        TrustEntry(fingerprint: try fingerprint(9), isAuthority: false, purposes: [.archives]),
      ], revoked: Set(try revoked.map(fingerprint)))
  }

  /// A case of step 3 and how many signers count; nil: refused.
  struct SignerCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let threshold: Int
    let counted: Int?
    let revoked: [UInt8]
    let signers: @Sendable () throws -> [VerifiedSigner]

    init(
      _ name: String, threshold: Int = 1, revoked: [UInt8] = [9], counts: Int?,
      _ signers: @escaping @Sendable () throws -> [VerifiedSigner]
    ) {
      testDescription = name
      self.threshold = threshold
      self.revoked = revoked
      counted = counts
      self.signers = signers
    }
  }

  static let signerCases = [
    SignerCase("a pinned signer", counts: 1) { [try signer(1)] },
    SignerCase("a signer of a trusted authority", counts: 1) { [try signer(20, anchor: 8)] },
    SignerCase("two signers for two", threshold: 2, counts: 2) { [try signer(1), try signer(2)] },
    SignerCase("an unknown signer beside a trusted one", counts: 1) { [try signer(40), try signer(1)] },
    SignerCase("a threshold of nothing is one", threshold: 0, counts: nil) { [] },
    SignerCase("wrong key: a signer known to nobody", counts: nil) { [try signer(40)] },
    SignerCase("too few signers", threshold: 2, counts: nil) { [try signer(1), try signer(40)] },
    SignerCase("one signer twice", threshold: 2, counts: nil) { [try signer(1), try signer(1)] },
    SignerCase("revoked key", counts: nil) { [try signer(9)] },
    SignerCase("revoked key below a trusted authority", revoked: [20], counts: nil) { [try signer(20, anchor: 8)] },
    SignerCase("revoked authority", revoked: [8], counts: nil) { [try signer(20, anchor: 8)] },
    SignerCase("a pinned signer is no authority", counts: nil) { [try signer(20, anchor: 1)] },
    SignerCase("a signer for receipts only", counts: nil) { [try signer(3)] },
    SignerCase("expired certificate", counts: nil) { [try signer(1, until: now.adding(seconds: -1))] },
    SignerCase("certificate of tomorrow", counts: nil) { [try signer(1, from: now.adding(seconds: 1))] },
    SignerCase("certificate in its last second", counts: 1) { [try signer(1, from: now, until: now)] },
  ]

  @Test("step 3 counts different trusted signers", arguments: signerCases)
  func signers(sample: SignerCase) throws {
    let decide = {
      try TrustDecision.signers(
        try sample.signers(), trusted: try Self.trusted(revoked: sample.revoked), for: .archives,
        threshold: sample.threshold, now: Self.now)
    }
    if let counted = sample.counted {
      #expect(try decide().signers.count == counted)
    } else {
      let error = #expect(throws: ArchiveRefusal.self) { try decide() }
      #expect(error?.step == .signer)
    }
  }

  /// A case of steps 5 to 9: the step that refuses it, or what becomes of it.
  struct ArchiveCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let step: ArchiveRefusal.Step?
    let kind: AcceptedArchive.Kind
    let change: @Sendable (inout ArchiveManifest, inout ImportSite) -> Void

    init(
      _ name: String, _ step: ArchiveRefusal.Step? = nil, kind: AcceptedArchive.Kind = .next,
      _ change: @escaping @Sendable (inout ArchiveManifest, inout ImportSite) -> Void
    ) {
      testDescription = name
      self.step = step
      self.kind = kind
      self.change = change
    }
  }

  private static let manifestDigest = SampleManifest.digest(77)

  static let archiveCases = [
    ArchiveCase("the next archive") { _, _ in },
    ArchiveCase("the first archive of a source", kind: .first) { $1.lastImport = nil },
    ArchiveCase("the same archive again", kind: .again) { manifest, site in
      site.lastImport = LastImport(
        archiveID: manifest.archiveID, sequence: manifest.sequence, manifestSHA256: manifestDigest)
    },
    ArchiveCase("an archive for this site") { $0.target = $1.serverID },
    ArchiveCase("archive for another site", .target) { manifest, _ in manifest.target = .zero },
    ArchiveCase("expired archive", .freshness) { manifest, _ in manifest.expires = now },
    ArchiveCase("an archive that expires in a second") { manifest, _ in manifest.expires = now.adding(seconds: 1) },
    ArchiveCase("freeze: older than this site allows", .freshness) { $1.maximumAge = 8 * 86_400 },
    ArchiveCase("as old as this site allows") { $1.maximumAge = 9 * 86_400 },
    ArchiveCase("an archive from the future", .freshness) { manifest, _ in
      manifest.created = now.adding(seconds: 86_401)
    },
    ArchiveCase("a clock that is a little behind") { manifest, _ in manifest.created = now.adding(seconds: 86_400) },
    ArchiveCase("rollback: an older archive", .sequence) { manifest, _ in manifest.sequence = 3 },
    ArchiveCase("fork: another archive of the same number", .sequence) { $0.sequence = $1.lastImport?.sequence ?? 0 },
    ArchiveCase("fork: the same id and number with another manifest", .sequence) { manifest, site in
      site.lastImport = LastImport(
        archiveID: manifest.archiveID, sequence: manifest.sequence, manifestSHA256: SampleManifest.digest(78))
    },
    ArchiveCase("the same id with another number", .sequence) { $1.lastImport?.archiveID = $0.archiveID },
    ArchiveCase("built upon the last archive") { manifest, site in
      manifest.base = ArchiveBase(kind: .archive, id: site.lastImport?.archiveID ?? .zero, sequence: 4)
    },
    ArchiveCase("built upon an earlier archive") { manifest, _ in
      manifest.base = ArchiveBase(kind: .archive, id: .zero, sequence: 2)
    },
    ArchiveCase("differential archive without its base", .base) { manifest, site in
      manifest.base = ArchiveBase(kind: .archive, id: .zero, sequence: 2)
      site.lastImport = nil
    },
    ArchiveCase("differential archive upon one that was never imported", .base) { manifest, _ in
      manifest.sequence = 7
      manifest.base = ArchiveBase(kind: .archive, id: .zero, sequence: 5)
    },
    ArchiveCase("built upon a fork of the last archive", .base) { manifest, _ in
      manifest.base = ArchiveBase(kind: .archive, id: .zero, sequence: 4)
    },
    ArchiveCase("built upon a receipt of this server") { manifest, site in
      manifest.base = ArchiveBase(kind: .receipt, id: .zero, sequence: 4)
      site.ownsBaseReceipt = true
    },
    ArchiveCase("built upon a receipt before any archive", kind: .first) { manifest, site in
      manifest.base = ArchiveBase(kind: .receipt, id: .zero, sequence: 0)
      site.ownsBaseReceipt = true
      site.lastImport = nil
    },
    ArchiveCase("built upon a receipt of another site", .base) { manifest, _ in
      manifest.base = ArchiveBase(kind: .receipt, id: .zero, sequence: 4)
    },
    ArchiveCase("another source for a replica", .source) { $1.followedSource = .zero },
    ArchiveCase("another source that is asked for") {
      $1.followedSource = .zero
      $1.changesSource = true
    },
    ArchiveCase("the source of a replica") { $1.followedSource = $0.source.serverID },
    ArchiveCase("of several faults the first in order refuses", .target) { manifest, site in
      manifest.target = .zero
      manifest.expires = now
      manifest.sequence = 1
      site.followedSource = .zero
    },
    ArchiveCase("freshness is asked before the sequence", .freshness) { manifest, _ in
      manifest.expires = now
      manifest.sequence = 1
    },
    ArchiveCase("the sequence is asked before the base", .sequence) { manifest, _ in
      manifest.sequence = 3
      manifest.base = ArchiveBase(kind: .receipt, id: .zero, sequence: 0)
    },
    ArchiveCase("the base is asked before the source", .base) { manifest, site in
      manifest.base = ArchiveBase(kind: .receipt, id: .zero, sequence: 0)
      site.followedSource = .zero
    },
  ]

  @Test("steps 5 to 9 accept or refuse in their order", arguments: archiveCases)
  func archives(sample: ArchiveCase) throws {
    var manifest = try SampleManifest.make(sizes: [])
    var site = ImportSite(serverID: SampleManifest.server)
    site.lastImport = LastImport(
      archiveID: GUID(high: 4, low: 4), sequence: 4, manifestSHA256: SampleManifest.digest(70))
    sample.change(&manifest, &site)
    let signers = try TrustDecision.signers(
      [try Self.signer(1)], trusted: try Self.trusted(), for: .archives, threshold: 1, now: Self.now)
    let decide = { [manifest, site] in
      try TrustDecision.archive(
        manifest, manifestSHA256: Self.manifestDigest, signedBy: signers, site: site, now: Self.now)
    }
    if let step = sample.step {
      let error = #expect(throws: ArchiveRefusal.self) { try decide() }
      #expect(error?.step == step)
    } else {
      #expect(try decide().kind == sample.kind)
    }
  }

  @Test("a refusal says step, what, expected and found")
  func words() throws {
    let refusal = ArchiveRefusal(.base, what: "the base", expected: "one", found: "none", hint: "wait")
    #expect(refusal.description == "archive refused at base: the base: expected one, found none")
    let format = FormatError(place: "manifest.json, size", offset: 7, expected: "a", found: "b")
    #expect(
      ArchiveRefusal(.manifest, format).description
        == "archive refused at manifest: manifest.json, size at offset 7: expected a, found b")
    let steps = "size signature signer manifest target freshness sequence base source folder volume contents complete"
    #expect(ArchiveRefusal.Step.allCases.map(\.rawValue).joined(separator: " ") == steps)
  }
}
