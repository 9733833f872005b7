import ArgumentParser
import Catalog
import UpdateModel

/// Makes the state directory of a server.
struct InitCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Makes the state directory: identity, catalogue, keys, commented configuration.",
    discussion: example(
      "updatemirror init --state /srv/updates --upstream http://wsus.example.net:8530 --mode replica"))

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: OutputOptions

  @Option(name: .long, help: "The upstream server, as http://wsus.example.net:8530 (upstream.url).")
  var upstream: String?

  @Option(name: .long, help: "autonomous or replica (upstream.mode).")
  var mode: String?

  @Option(name: .long, help: "Fully qualified name of this server (server.name).")
  var name: String?

  @Option(name: .long, help: "A subscription manifest (subscription.manifest).")
  var subscription: String?

  func execute() async throws -> ProgramStatus {
    let state = common.stateDirectory
    var settings = try CommonOptions.assignments(common.settings)
    if let upstream { settings[.upstreamURL] = upstream }
    if let mode { settings[.upstreamMode] = mode }
    if let name { settings[.serverName] = name }
    if let subscription { settings[.subscriptionManifest] = StateDirectory(path: subscription).path }
    _ = try Configuration(document: nil, flags: settings)
    try await SiteFoundation(state: state, settings: settings).lay()
    let written = try Configuration(document: try TOMLDocument(file: state.configurationFile))
    let site = try await Site.open(state, configuration: written)
    try await site.saveSettings()
    try output.show(InitReport(state: state, serverID: try await site.catalog.identity().serverID, site: site))
    return .done
  }
}

struct InitReport: Report {
  let state: String
  let configuration: String
  let serverID: String
  let name: String

  init(state: StateDirectory, serverID: GUID, site: Site) {
    self.state = state.path
    configuration = state.configurationFile
    self.serverID = serverID.description
    name = site.accountName
  }

  var table: String {
    FieldList.text([
      ("state", state), ("configuration", configuration), ("server id", serverID), ("name", name),
    ])
  }
}
