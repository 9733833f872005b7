import UpdateModel

/// The signers that count. Only ``TrustDecision/signers(_:trusted:for:threshold:now:)`` makes one.
struct AcceptedSigners: Hashable, Sendable {
  /// Each once.
  let signers: [VerifiedSigner]

  fileprivate init(_ signers: [VerifiedSigner]) { self.signers = signers }
}

/// The decision of docs/archive-format.md section 7, steps 3 and 5 to 9: pure, in the fixed order, with one "now".
enum TrustDecision {
  /// Step 3: at least `threshold` different signers are trusted for the purpose at this moment.
  static func signers(
    _ signers: [VerifiedSigner], trusted: TrustedSet, for purpose: TrustPurpose, threshold: Int, now: Timestamp
  ) throws(ArchiveRefusal) -> AcceptedSigners {
    var counted: [VerifiedSigner] = []
    var reasons: [String] = []
    for signer in signers where !counted.contains(where: { $0.fingerprint == signer.fingerprint }) {
      if let reason = refusal(of: signer, trusted, purpose, now) {
        reasons.append("\(ForeignText.quoted(signer.subject)) \(reason)")
      } else {
        counted.append(signer)
      }
    }
    let needed = max(threshold, 1)
    guard counted.count >= needed else {
      let others = reasons.isEmpty ? "" : ": " + reasons.joined(separator: "; ")
      throw ArchiveRefusal(
        .signer, what: "the signers", expected: "at least \(needed) trusted for \(purpose.rawValue)",
        found: "\(counted.count) of \(signers.count)\(others)",
        hint: "compare the fingerprint by another way, then: updatemirror keys trust CERTIFICATE")
    }
    return AcceptedSigners(counted)
  }

  /// Why a signer does not count; nil when it does.
  private static func refusal(
    of signer: VerifiedSigner, _ trusted: TrustedSet, _ purpose: TrustPurpose, _ now: Timestamp
  ) -> String? {
    let name = signer.fingerprint.hex.lowercased()
    if trusted.revoked.contains(signer.fingerprint) { return "(\(name)) is revoked" }
    if now < signer.validFrom { return "(\(name)) is valid from \(signer.validFrom)" }
    if now > signer.validUntil { return "(\(name)) was valid until \(signer.validUntil)" }
    let entries = trusted.entries.filter { $0.purposes.contains(purpose) && !trusted.revoked.contains($0.fingerprint) }
    if entries.contains(where: { $0.fingerprint == signer.fingerprint }) { return nil }
    switch signer.chain {
    case .refused(let reason): return "(\(name)) is not trusted: \(reason)"
    case .anchor(let anchor):
      let isTrusted = entries.contains { $0.isAuthority && $0.fingerprint == anchor }
      return isTrusted ? nil : "(\(name)) is issued by no authority that is trusted for \(purpose.rawValue)"
    }
  }
}

extension TrustDecision {
  /// Steps 5 to 9, for a manifest that was parsed after its signers were accepted.
  ///
  /// - Parameter manifestSHA256: of the bytes that were parsed.
  static func archive(
    _ manifest: ArchiveManifest, manifestSHA256: InlineSHA256, signedBy signers: AcceptedSigners, site: ImportSite,
    now: Timestamp
  ) throws(ArchiveRefusal) -> AcceptedArchive {
    try ArchiveRules.target(manifest, site)
    try ArchiveRules.freshness(manifest, site, now)
    let kind = try ArchiveRules.sequence(manifest, manifestSHA256, site)
    try ArchiveRules.base(manifest, site)
    try ArchiveRules.source(manifest, site)
    return AcceptedArchive(kind: kind, signers: signers)
  }
}
