import Export
import Foundation
import Platform
import Sealing
import UpdateModel

/// What `doctor` tests of signing keys and of whom this site trusts.
struct SignerExamination {
  let site: Site

  /// Certificates that end sooner are a warning, in days.
  static let warningDays = 30.0

  /// Nothing where there are neither keys nor trusted certificates.
  func findings() async -> [Finding] {
    let signers: SiteSigners
    do { signers = try await site.signers() } catch {
      return [
        .failed(
          "signers", Failure(error).message, fix: "restore \(site.state.keysFolder) from a backup, or chmod 600 it")
      ]
    }
    let now = SystemClock.now()
    return signers.keys.map { key(of: $0, signers.trust, now) } + trusted(signers.trust, now)
  }

  private func key(of entry: KeyFolder.Entry, _ trust: TrustStore, _ now: Timestamp) -> Finding {
    let check = "signing key \(entry.name)"
    let path = "\(site.state.keysFolder)/signing/\(entry.name).key"
    guard let permissions = Self.permissions(path) else {
      return .failed(check, "\(path): expected a file, found none", fix: "restore it from a backup, or make a new key")
    }
    guard permissions & 0o077 == 0 else {
      return .failed(
        check, "\(path): expected permissions 600, found \(String(permissions, radix: 8))",
        fix: "chmod 600 \(path), and think about who may have read it")
    }
    if trust.revocation(of: entry.certificate.fingerprint) != nil {
      return .warning(check, "revoked: it signs nothing any more", fix: "remove \(path)")
    }
    return Self.validity(
      check, entry.certificate, now, fix: "make a new key and introduce it: updatemirror export create --introduce")
  }

  private func trusted(_ trust: TrustStore, _ now: Timestamp) -> [Finding] {
    let all = trust.entries.map { entry in
      Self.validity(
        "trusted certificate \(entry.name)", entry.certificate, now,
        fix: "ask its owner for the next one: updatemirror keys trust")
    }
    let bad = all.filter { $0.outcome != .good }
    if !bad.isEmpty || all.isEmpty { return bad }
    return [.good("trusted certificates", "\(Quantity.count(all.count, "certificate")), all valid")]
  }

  static func validity(_ check: String, _ certificate: Certificate, _ now: Timestamp, fix: String) -> Finding {
    let until = Quantity.moment(certificate.validUntil.description)
    guard certificate.validFrom <= now else {
      return .warning(
        check, "not valid before \(Quantity.moment(certificate.validFrom.description))", fix: "check the clock")
    }
    let days = certificate.validUntil.seconds(since: now) / 86_400
    if days < 0 { return .failed(check, "expired \(until)", fix: fix) }
    if days < warningDays { return .warning(check, "valid until \(until)", fix: fix) }
    return .good(check, "valid until \(until)")
  }

  private static func permissions(_ path: String) -> Int? {
    // What cannot be read counts as absent: the finding says so.
    (try? FileManager.default.attributesOfItem(atPath: path))?[.posixPermissions] as? Int
  }
}
