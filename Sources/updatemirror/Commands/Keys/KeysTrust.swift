import ArgumentParser
import Export
import Foundation
import Platform
import Sealing
import UpdateModel

struct KeysTrust: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "trust", abstract: "Trusts a signer, or an authority and all it vouches for. Previews unless --yes.",
    discussion: example(
      "updatemirror keys trust headquarters.pem", "updatemirror keys trust branch7.pem --for receipts --yes"))

  /// What a certificate is trusted for.
  enum Scope: String, CaseIterable, ExpressibleByArgument {
    case archives, receipts, both

    var purposes: Set<TrustPurpose> {
      switch self {
      case .archives: [.archives]
      case .receipts: [.receipts]
      case .both: [.archives, .receipts]
      }
    }
  }

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: OutputOptions

  @Argument(help: "A file with one certificate, PEM. Compare its fingerprint by another way than the file came.")
  var certificate: String

  @Option(name: .long, help: "A name for it. Default: that of the file.")
  var name: String?

  @Option(name: .customLong("for"), help: "archives, receipts or both.")
  var scope: Scope = .archives

  @Flag(name: .long, help: "Trust it; without it the certificate is only shown.")
  var yes = false

  func execute() async throws -> ProgramStatus {
    let site = try await Site.open(common)
    let lock = try site.state.lock()
    defer { withExtendedLifetime(lock) {} }
    let found = try await BlockingPool.shared.run { [certificate] in try CertificateFile.read(certificate) }
    let before = try await site.signers().trust
    var trust = before
    try trust.trust(
      found, as: name ?? CertificateFile.name(certificate), for: scope.purposes, at: SystemClock.now(),
      by: Operator.name)
    guard let entry = trust.entries.first(where: { $0.certificate == found }) else { return .failed }
    let row = CertificateRow(entry)
    if yes, trust != before {
      try await site.save(trust)
      let known = before.entries.first { $0.certificate == found }.map(CertificateRow.init)
      try site.audit("keys trust", "certificate \(row.fingerprint)", known?.facts, row.facts)
    }
    try output.show(KeyChangeReport(preview: !yes, change: .trust, certificate: row))
    return .done
  }
}

/// Certificates that people hand over.
enum CertificateFile {
  /// - Throws: ``Failure`` when the file has several: nobody should trust one by accident.
  static func read(_ path: String) throws -> Certificate {
    let all = try Certificate.certificates(pemBundle: try DurableFile.read(path, limit: 1 << 20))
    guard all.count == 1 else {
      throw Failure(
        .usage, "\(path): expected one certificate, found \(all.count): \(all.map(\.subject).joined(separator: "; "))",
        hint: "give a file that has only the one to trust")
    }
    return all[0]
  }

  /// A name from the file's own.
  static func name(_ path: String) -> String {
    let stem = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    let allowed = stem.unicodeScalars.map { scalar in
      scalar.isASCII
        && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || "._-".unicodeScalars.contains(scalar))
        ? String(scalar) : "-"
    }
    return String(allowed.joined().prefix(64))
  }
}
