import ArgumentParser
import Catalog
import Foundation
import Platform
import Sealing
import UpdateModel
import UpdateServer

struct DownstreamCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "downstream", abstract: "Administers the servers that synchronize from this one.",
    discussion: example("updatemirror downstream list", "updatemirror downstream approve branch7.example.org"),
    subcommands: [DownstreamList.self, DownstreamApprove.self, DownstreamRemove.self, DownstreamPassword.self])
}

struct DownstreamList: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists downstream servers and whether they may synchronize.",
    discussion: example("updatemirror downstream list --waiting --json"))

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: OutputOptions

  @Flag(name: .long, help: "Only those that were turned away and wait for a decision.")
  var waiting = false

  func execute() async throws -> ProgramStatus {
    let site = try await Site.open(common)
    var rows = try await site.catalog.downstreamServers().map(DownstreamRow.init)
    if waiting { rows.removeAll { $0.state != .waiting } }
    try output.show(DownstreamReport(registration: site.configuration.text(.serveRegistration), servers: rows))
    return .done
  }
}

struct DownstreamApprove: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "approve", abstract: "Lets servers synchronize when serve.registration asks for approval.",
    discussion: example(
      "updatemirror downstream approve branch7.example.org",
      "updatemirror downstream approve 5f7c1d3e-0b6a-4a52-9d0a-5d1f6f0c7a11 --name branch8.example.org"))

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: OutputOptions

  @Argument(help: "GUIDs, or names of servers that are known here.")
  var servers: [String]

  @Option(name: .long, help: "Name of one server that is not known here yet.")
  var name: String?

  func validate() throws {
    guard !servers.isEmpty else { throw ValidationError("expected a server, found none") }
    if name != nil, servers.count != 1 { throw ValidationError("--name: expected one server, found \(servers.count)") }
  }

  func execute() async throws -> ProgramStatus {
    let site = try await Site.open(common)
    let ids = try await DownstreamNames(site.catalog).identifiers(servers)
    var rows: [DownstreamRow] = []
    for id in ids {
      let change = try await site.catalog.approveDownstream(id, name: name)
      let after = DownstreamRow(change.after)
      rows.append(after)
      guard change.before?.isApproved != true else { continue }
      try site.audit("downstream approve", after.subject, change.before.map(DownstreamRow.init)?.facts, after.facts)
    }
    try output.show(DownstreamReport(registration: site.configuration.text(.serveRegistration), servers: rows))
    return .done
  }
}

struct DownstreamRemove: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Forgets servers and takes their approval back. Previews unless --yes.",
    discussion: example("updatemirror downstream remove branch7.example.org --yes"))

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: OutputOptions

  @Argument(help: "GUIDs or names of known servers.")
  var servers: [String]

  @Flag(name: .long, help: "Remove them; without it they are only listed.")
  var yes = false

  func validate() throws {
    guard !servers.isEmpty else { throw ValidationError("expected a server, found none") }
  }

  func execute() async throws -> ProgramStatus {
    let site = try await Site.open(common)
    let names = try await DownstreamNames(site.catalog)
    var rows: [DownstreamRow] = []
    for id in try names.identifiers(servers) {
      guard let known = names.server(id) else { throw CatalogError.unknownDownstreamServer(id) }
      rows.append(DownstreamRow(known))
    }
    if yes {
      for row in rows {
        guard let id = GUID(row.id) else { continue }
        let before = DownstreamRow(try await site.catalog.removeDownstream(id))
        try site.audit("downstream remove", before.subject, before.facts, nil)
      }
    }
    let registration = site.configuration.text(.serveRegistration)
    try output.show(DownstreamRemoval(preview: !yes, registration: registration, servers: rows))
    return .done
  }
}

struct DownstreamPassword: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "password",
    abstract: "Reads a password from standard input and prints its line for serve.password-file.",
    discussion: example("updatemirror downstream password branch7.example.org < secret >> /etc/updatemirror/passwords"))

  @Argument(help: "The account name of the server.")
  var name: String

  func validate() throws {
    guard case .account = AllowedServer(name) else { throw ValidationError("expected a host name, found \"\(name)\"") }
  }

  func execute() async throws -> ProgramStatus {
    guard let password = readLine(), !password.isEmpty else {
      throw Failure(.usage, "downstream password: expected a password on standard input, found none")
    }
    print("\(name):\(try PasswordHash(of: password).text)")
    return .done
  }
}
