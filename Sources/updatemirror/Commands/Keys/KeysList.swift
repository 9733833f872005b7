import ArgumentParser
import Export
import Platform
import Sealing

struct KeysList: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists this site's signing keys, trusted certificates and revocations.",
    discussion: example("updatemirror keys list --json"))

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: OutputOptions

  func execute() async throws -> ProgramStatus {
    let site = try await Site.open(common)
    try output.show(KeyListReport(try await site.signers()))
    return .done
  }
}

struct KeysCertificate: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "certificate", abstract: "Prints the certificate of a signing key, for the sites that shall trust it.",
    discussion: example("updatemirror keys certificate archives > headquarters.pem"))

  @OptionGroup var common: CommonOptions

  @Argument(help: "The name of a signing key.")
  var name: String

  @Flag(name: .long, help: "Also the certificates of its issuers, as far as they came with the key.")
  var chain = false

  func execute() async throws -> ProgramStatus {
    let site = try await Site.open(common)
    guard let entry = try await site.signers().keys.first(where: { $0.name == name }) else {
      throw ExportError.unknownKey(name)
    }
    let certificates = [entry.certificate] + (chain ? entry.chain : [])
    print(certificates.map(\.pem).joined(), terminator: "")
    return .done
  }
}

/// Who signs for this site, and whom it believes.
struct SiteSigners: Sendable {
  let keys: [KeyFolder.Entry]
  let trust: TrustStore
}

extension Site {
  /// Reads the signing keys' certificates and the trust store.
  func signers() async throws -> SiteSigners {
    try await BlockingPool.shared.run { [path = state.path] in
      SiteSigners(keys: try KeyFolder(state: path).entries(), trust: try TrustStore.load(state: path))
    }
  }

  /// Replaces the trust store; the caller holds the lock.
  func save(_ trust: TrustStore) async throws {
    try await BlockingPool.shared.run { [path = state.path] in try trust.save(state: path) }
  }
}
