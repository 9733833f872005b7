import ArgumentParser
import Foundation

/// Reads the configuration and the subscription manifest, and says what is wrong.
struct ConfigCheck: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Checks the configuration and the subscription manifest; changes nothing.",
    discussion: example("updatemirror config check --config Manifests/servers/root.toml"))

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: OutputOptions

  func execute() async throws -> ProgramStatus {
    let environment = ProcessInfo.processInfo.environment
    let configuration = try common.configuration()
    if let manifest = configuration.optional(.subscriptionManifest) {
      _ = try SubscriptionManifest(try TOMLDocument(file: manifest))
    }
    try SyncSchedule.checkRhythm(configuration)
    let report = ConfigurationCheckReport(
      file: common.configurationFile(environment), manifest: configuration.optional(.subscriptionManifest),
      warnings: Self.unknownVariables(environment) + Self.incomplete(configuration))
    try output.show(report)
    return report.warnings.isEmpty ? .done : .incomplete
  }

  /// Variables that look like settings and are none.
  static func unknownVariables(_ environment: [String: String]) -> [String] {
    let known = Set(Setting.allCases.map(\.environmentName))
      .union([StateDirectory.environmentName, "UPDATEMIRROR_CONFIG", "UPDATEMIRROR_RECORDINGS"])
    let unknown = environment.keys.filter { $0.hasPrefix("UPDATEMIRROR_") && !known.contains($0) }
    return unknown.sorted().map { "environment variable \($0) is no setting" }
  }

  private static func incomplete(_ configuration: Configuration) -> [String] {
    var warnings: [String] = []
    let pair = [Setting.upstreamClientCertificate, .upstreamClientKey]
    if Set(pair.map { configuration.optional($0) == nil }).count == 2 {
      warnings.append("upstream.client-certificate and upstream.client-key belong together: one of them is empty")
    }
    return warnings
  }
}

struct ConfigurationCheckReport: Report {
  /// nil when there is no configuration file.
  let file: String?
  let manifest: String?
  let warnings: [String]

  var table: String {
    let fields = FieldList.text([
      ("configuration", file ?? "no file: defaults"), ("subscription", manifest ?? "everything"),
    ])
    return ([fields] + warnings.map { "warning: \($0)" }).joined(separator: "\n")
  }
}
