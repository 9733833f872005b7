import Platform
import Sealing
import UpdateModel

extension TrustChange {
  /// Makes what an archive introduces trusted and what it revokes not, in the trust store of a state directory. Blocks.
  ///
  /// Repeating it changes nothing. A certificate that was revoked here before stays so.
  static func apply(_ manifest: ArchiveManifest, state: String, at now: Timestamp) throws -> TrustChange {
    if manifest.introduces.isEmpty && manifest.revokes.isEmpty { return TrustChange() }
    let before = try TrustStore.load(state: state)
    var trust = before
    var change = TrustChange()
    let author = "archive \(manifest.archiveID)"
    for certificate in try manifest.introduces.map({ try Certificate(pem: $0) }) {
      let isTrusted = trust.anchors(for: .archives).contains(certificate)
      if isTrusted || trust.revocation(of: certificate.fingerprint) != nil { continue }
      let name = "introduced-\(certificate.fingerprint.hex.lowercased().prefix(16))"
      try trust.trust(certificate, as: name, for: [.archives], at: now, by: author)
      change.introduced.append(certificate.words)
    }
    for fingerprint in manifest.revokes.compactMap(SHA256Digest.init) {
      if try trust.revoke(fingerprint, at: now, by: author) { change.revoked.append(fingerprint) }
    }
    if trust != before { try trust.save(state: state) }
    return change
  }
}

extension Certificate {
  /// Subject and fingerprint, for people.
  var words: String { "\(subject.escapedForMessages) (\(fingerprint.hex.lowercased()))" }
}
