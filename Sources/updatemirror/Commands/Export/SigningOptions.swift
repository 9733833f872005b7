import ArgumentParser
import Export
import Platform
import Sealing
import UpdateModel

/// Which keys sign.
struct SigningOptions: ParsableArguments {
  @Option(name: .long, help: "Name of a signing key; repeatable. Default: the only one (updatemirror keys list).")
  var key: [String] = []

  @Option(name: .long, help: "File whose first line opens the encrypted keys. - is standard input.")
  var passphraseFile: String?

  /// - Throws: ``Failure`` when none is named and several are there; ``ExportError`` for keys that must not sign.
  func keys(_ site: Site, _ signers: SiteSigners) async throws -> [SigningKey] {
    let names = try names(signers)
    let passphrase = try PassphraseFile.read(passphraseFile)
    let folder = KeyFolder(state: site.state.path)
    let keys = try await BlockingPool.shared.run { try names.map { try folder.key($0, passphrase: passphrase) } }
    let now = SystemClock.now()
    for (name, key) in zip(names, keys) {
      if let revocation = signers.trust.revocation(of: key.certificate.fingerprint) {
        throw ExportError.revoked(fingerprint: key.certificate.fingerprint, since: revocation.since)
      }
      guard key.certificate.validFrom <= now, now <= key.certificate.validUntil else {
        throw Failure(
          .failed,
          "key \(name): expected a certificate that is valid now, found it valid from "
            + "\(key.certificate.validFrom) to \(key.certificate.validUntil)",
          hint: "make a new key, and introduce it: updatemirror export create --introduce")
      }
    }
    return keys
  }

  private func names(_ signers: SiteSigners) throws -> [String] {
    if !key.isEmpty {
      guard Set(key).count == key.count else { throw Failure(.usage, "--key: expected each key once, found one twice") }
      return key
    }
    guard signers.keys.count <= 1 else {
      let names = signers.keys.map(\.name).joined(separator: ", ")
      throw Failure(.usage, "--key: expected a name, as there are several keys: \(names)")
    }
    guard let only = signers.keys.first else { throw ExportError.noKey }
    return [only.name]
  }
}
