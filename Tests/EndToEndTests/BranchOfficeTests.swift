import Foundation
import Platform
import TestSupport
import Testing
import Transfer
import UpdateClient
import UpdateModel
import WireFormat

extension EndToEnd {
  /// An autonomous site, its administrator at the command line, and a computer.
  @Suite(.timeLimit(.minutes(10))) struct BranchOfficeTests {
    struct Office: Sendable {
      let folder: TemporaryDirectory
      let http = HTTPClient()

      init() async throws {
        folder = try TemporaryDirectory()
        _ = try await run("init")
        _ = try await run(
          "generate", "--revisions", "400", "--seed", "3", "--content-size", "2 MiB", "--approvals", "0",
          "--no-progress")
      }

      var state: String { folder.path + "/site" }
      var downloads: String { folder.path + "/downloads" }

      /// The JSON answer of a command that succeeds.
      @discardableResult
      func run(_ arguments: String...) async throws -> [String: Any] { try await run(arguments) }

      @discardableResult
      func run(_ arguments: [String]) async throws -> [String: Any] {
        let reports = arguments[0] != "init" && arguments[0] != "generate"
        let outcome = try await ProgramRun(arguments + ["--state", state] + (reports ? ["--json"] : [])).ended()
        #expect(outcome.status == 0, "\(arguments): \(outcome.words)")
        return reports ? try outcome.json : [:]
      }

      func serving(port: Int = 0, _ body: @Sendable (Int) async throws -> Void) async throws {
        let server = try ProgramRun([
          "serve", "--state", state, "--host", "127.0.0.1", "--port", "\(port)", "--no-schedule",
        ])
        try await server.whileServing(body)
      }

      func client(_ port: Int, facts: HostFacts = FittingFacts().facts, _ state: ClientState = ClientState())
        -> UpdateClient
      {
        let configuration = UpdateClientConfiguration(
          server: "http://127.0.0.1:\(port)", clientID: "e1da06a3-5601-43c9-bac3-52d5db701494",
          dnsName: "pc17.example.org")
        return UpdateClient(configuration, http: http, facts: facts, state: state, clock: SystemClock.now)
      }

      /// Updates that nothing supersedes; some of them are for Windows 10.
      func updates() async throws -> [String] {
        let answer = try await run("updates", "list", "--no-superseded", "--limit", "1000")
        let rows = try #require(answer["updates"] as? [[String: Any]])
        return rows.compactMap { $0["update"] as? String }
      }
    }

    /// What a restart must not lose.
    struct Kept: Sendable {
      let port: Int
      let state: ClientState
      let facts: HostFacts
      let updates: Int
    }

    @Test(
      "WUSP-006, WUSP-008: a computer registers, gets what its group is approved for, downloads, reports, goes on later"
    )
    func approvedUpdate() async throws {
      let office = try await Office()
      let updates = try await office.updates()
      let kept = Watched<Kept?>(nil)
      try await office.serving { port in
        let client = office.client(port)
        let first = try await client.scan()
        #expect(first.updates.isEmpty, "nothing is approved")
        try await decide(updates, in: office)
        var (second, facts) = try await client.scanWithProducts()
        // A server that is slow at reading what is offered answers with what was offered before, for some seconds.
        while second.updates.isEmpty { (second, facts) = try await client.scanWithProducts() }
        #expect(second.unreadable.isEmpty)
        let offered = try #require(second.updates.first)
        #expect(updates.contains(offered.identity.updateID.description))
        #expect(offered.deployment.action == .install)
        try await download(offered.identity, client, into: office.downloads)
        try await client.report(await client.detectionEvents(second))
        let state = await client.state
        kept.update { $0 = Kept(port: port, state: state, facts: facts, updates: second.updates.count) }
      }
      try await expectReported(in: office)
      try await expectContinued(try #require(kept.value), in: office)
      await office.http.shutdown()
    }

    /// What the administrator does while the server runs.
    private func decide(_ updates: [String], in office: Office) async throws {
      try await office.run("groups", "create", "Counter")
      try await office.run("computers", "move", "pc17.example.org", "--group", "Counter")
      try await office.run(["updates", "approve"] + updates + ["--group", "Counter", "--accept-eula", "--yes"])
    }

    /// Takes all files of an update and of what it bundles.
    private func download(_ update: UpdateIdentity, _ client: UpdateClient, into folder: String) async throws {
      let cached = try #require(await client.state.cache.revisions.first { $0.identity == update })
      let described = try await client.describe([update] + cached.bundled.flatMap { $0 })
      let files = described.flatMap(\.files)
      #expect(!files.isEmpty)
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      for file in files {
        let path = try await client.download(file, into: folder, rangeLength: 64 << 10)
        let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int64
        #expect(size == file.size)
      }
    }

    private func expectReported(in office: Office) async throws {
      let computers = try await office.run("computers", "list")["computers"] as? [[String: Any]] ?? []
      #expect(computers.map { $0["name"] as? String } == ["pc17.example.org"])
      #expect(computers.first?["groups"] as? [String] == ["Counter"])
      let summary = try await office.run("report", "summary", "--group", "Counter")["groups"] as? [[String: Any]] ?? []
      #expect(summary.first?["computers"] as? Int == 1)
      #expect(summary.first?["notReported"] as? Int == 0)
    }

    /// The server runs again: the cookie of before is good, and nothing is sent twice.
    private func expectContinued(_ kept: Kept, in office: Office) async throws {
      try await office.serving(port: kept.port) { port in
        let client = office.client(port, facts: kept.facts, kept.state)
        let third = try await client.scan()
        #expect(third.newRevisions == 0 && third.removedRevisions == 0 && third.rounds == 1)
        #expect(third.updates.count == kept.updates)
        let cookie = await client.state.cookie
        #expect(cookie != nil)
      }
    }
  }
}
