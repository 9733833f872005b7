import Sealing
import UpdateModel

extension TrustStore {
  /// Decides whom of the signers to believe (docs/archive-format.md, section 7, step 3).
  ///
  /// - Throws: ``ArchiveRefusal``, step `signer`.
  func accept(
    _ signers: [Signer], for purpose: TrustPurpose, threshold: Int, now: Timestamp
  ) throws -> AcceptedSigners {
    let anchors = anchors(for: purpose)
    let checked = try signers.map { try verified($0, anchors: anchors, now: now) }
    return try TrustDecision.signers(checked, trusted: trustedSet, for: purpose, threshold: threshold, now: now)
  }

  private var trustedSet: TrustedSet {
    TrustedSet(
      entries: entries.map { entry in
        TrustEntry(
          fingerprint: entry.certificate.fingerprint, isAuthority: entry.certificate.isAuthority,
          purposes: entry.purposes)
      }, revoked: Set(revocations.map(\.fingerprint)))
  }

  private func verified(_ signer: Signer, anchors: [Certificate], now: Timestamp) throws -> VerifiedSigner {
    let certificate = signer.certificate
    // A revoked authority leads nowhere, also from in between.
    let intermediates = signer.intermediates.filter { revocation(of: $0.fingerprint) == nil }
    let trust = try CertificateChain.isTrusted(certificate, intermediates: intermediates, anchors: anchors, at: now)
    let chain: VerifiedSigner.Chain =
      switch trust {
      case .trusted(let anchor): .anchor(anchor.fingerprint)
      case .refused(let reason): .refused(reason: reason)
      }
    return VerifiedSigner(
      fingerprint: certificate.fingerprint, subject: certificate.subject, validFrom: certificate.validFrom,
      validUntil: certificate.validUntil, chain: chain)
  }
}

extension AcceptedSigners {
  /// Subject and fingerprint of each, for people.
  var names: [String] { signers.map { "\($0.subject) (\($0.fingerprint.hex.lowercased()))" } }
}
