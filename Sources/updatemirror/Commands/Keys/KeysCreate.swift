import ArgumentParser
import Export
import Foundation
import Platform
import UpdateModel

struct KeysCreate: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Makes a signing key with a certificate, or takes over one of the organisation.",
    discussion: example(
      "updatemirror keys create archives --common-name \"Archives of headquarters\"",
      "updatemirror keys create archives --from signer.p12 --passphrase-file secret"))

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: OutputOptions

  @Argument(help: "A name for the key: 1 to 64 letters, digits, '.', '_' or '-'.")
  var name: String

  @Option(name: .long, help: "Who signs, as people read it in the certificate. Default: this server and the name.")
  var commonName: String?

  @Option(name: .long, help: "How long the certificate is valid, 1 to 36500 days. Default: 3650.")
  var validDays: Int?

  @Option(name: .long, help: "File whose first line encrypts the key, or opens that of --from. - is standard input.")
  var passphraseFile: String?

  @Option(name: .long, help: "A key with its certificate and chain, PEM or PKCS#12, that is taken over as it is.")
  var from: String?

  func validate() throws {
    if from != nil, commonName != nil || validDays != nil {
      throw ValidationError("--from: expected no --common-name and no --valid-days, as the certificate is there")
    }
    if let validDays, !(1...36_500).contains(validDays) {
      throw ValidationError("--valid-days: expected 1 to 36500, found \(validDays)")
    }
  }

  func execute() async throws -> ProgramStatus {
    let site = try await Site.open(common)
    let lock = try site.state.lock()
    defer { withExtendedLifetime(lock) {} }
    let passphrase = try PassphraseFile.read(passphraseFile)
    let folder = KeyFolder(state: site.state.path)
    let entry = try await BlockingPool.shared.run { [self] in
      if let from {
        return try folder.adopt(name, file: try DurableFile.read(from, limit: 1 << 20), passphrase: passphrase)
      }
      let now = SystemClock.now()
      // Other machines' clocks may be a little behind.
      return try folder.create(
        name, commonName: commonName ?? Self.standardName(site.accountName, name),
        validFrom: now.adding(seconds: -86_400), validUntil: now.adding(seconds: Double(validDays ?? 3_650) * 86_400),
        passphrase: passphrase)
    }
    let row = CertificateRow(entry)
    try site.audit("keys create", "signing key \(name)", nil, row.facts)
    try output.show(KeyReport(key: row))
    return .done
  }

  /// A certificate has room for 64 characters.
  static func standardName(_ server: String, _ key: String) -> String { String("\(key) of \(server)".prefix(64)) }
}

/// Where passphrases come from: never from the command line, which others can read.
enum PassphraseFile {
  /// - Parameter path: nil for none; `-` for standard input.
  /// - Returns: the first line.
  static func read(_ path: String?) throws -> String? {
    guard let path else { return nil }
    let text =
      path == "-" ? readLine() ?? "" : String(decoding: try DurableFile.read(path, limit: 4_096), as: UTF8.self)
    let line = text.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false).first.map(String.init) ?? ""
    let passphrase = line.hasSuffix("\r") ? String(line.dropLast()) : line
    guard !passphrase.isEmpty else {
      throw Failure(.usage, "--passphrase-file \(path): expected a passphrase in the first line, found none")
    }
    return passphrase
  }
}
