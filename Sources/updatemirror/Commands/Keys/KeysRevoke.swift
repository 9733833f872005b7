import ArgumentParser
import Export
import Platform
import Sealing
import UpdateModel

struct KeysRevoke: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke", abstract: "Never believes a certificate again. Previews unless --yes.",
    discussion: example("updatemirror keys revoke headquarters", "updatemirror keys revoke 5e5c8a0f4b1d --yes"))

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: OutputOptions

  @Argument(help: "The name of a trusted certificate or of a signing key, or a SHA-256 fingerprint.")
  var certificate: String

  @Flag(name: .long, help: "Revoke it, for good; without it the certificate is only shown.")
  var yes = false

  func execute() async throws -> ProgramStatus {
    let site = try await Site.open(common)
    let lock = try site.state.lock()
    defer { withExtendedLifetime(lock) {} }
    let signers = try await site.signers()
    let fingerprint = try signers.fingerprint(certificate)
    let row = CertificateRow(fingerprint, in: signers)
    var trust = signers.trust
    let isNew = try trust.revoke(fingerprint, at: SystemClock.now(), by: Operator.name)
    if yes, isNew {
      try await site.save(trust)
      try site.audit(
        "keys revoke", "certificate \(row.fingerprint)", row.facts,
        ["fingerprint": row.fingerprint, "state": "revoked"])
    }
    try output.show(KeyChangeReport(preview: !yes, change: .revoke, certificate: row))
    return .done
  }
}

extension SiteSigners {
  /// A certificate by what an operator types: a name, the beginning of a known fingerprint, or a whole one.
  ///
  /// - Throws: ``Failure`` with ``ProgramStatus/usage``.
  func fingerprint(_ text: String) throws(Failure) -> SHA256Digest {
    let digits = text.replacing(":", with: "")
    if let whole = SHA256Digest(hex: digits.uppercased()) { return whole }
    let key = keys.first { $0.name == text }?.certificate.fingerprint
    let trusted = (trust.entry(text) ?? trust.entry(digits))?.certificate.fingerprint
    switch (key, trusted) {
    case (let key?, let trusted?) where key != trusted:
      throw Failure(
        .usage, "\"\(TextTable.plain(text))\": expected one certificate, found a signing key and a trusted one",
        hint: "give the fingerprint")
    case (let found?, _), (nil, let found?): return found
    case (nil, nil):
      throw Failure(
        .usage,
        "\"\(TextTable.plain(text))\": expected a signing key, a trusted certificate or a SHA-256 fingerprint, found none",
        hint: "updatemirror keys list tells names and fingerprints")
    }
  }
}
