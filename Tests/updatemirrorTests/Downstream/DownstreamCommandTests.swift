import Catalog
import Foundation
import Platform
import Sealing
import TestSupport
import Testing
import UpdateModel
import UpdateServer

@testable import updatemirror

/// The commands through the program, on a state directory of their own.
@Suite("Downstream commands", .timeLimit(.minutes(5)))
struct DownstreamCommandTests {
  let folder = try! TemporaryDirectory()
  private var state: String { folder.path("state") }
  private static let branch = "5f7c1d3e-0b6a-4a52-9d0a-5d1f6f0c7a11"

  private func run(_ arguments: String...) async throws -> ProgramRun.Outcome {
    try await ProgramRun(arguments + ["--state", state]).ended()
  }

  private func servers(_ outcome: ProgramRun.Outcome) throws -> [[String: Any]] {
    try outcome.json["servers"] as? [[String: Any]] ?? []
  }

  private func audit() throws -> [[String: Any]] {
    try String(contentsOfFile: state + "/audit.log", encoding: .utf8).split(separator: "\n").map { line in
      try JSONSerialization.jsonObject(with: Foundation.Data(line.utf8)) as? [String: Any] ?? [:]
    }
  }

  @Test("a server is approved, listed and removed; each change has a line in the audit log")
  func lifeOfAServer() async throws {
    #expect(try await run("init").status == 0)
    #expect(try servers(try await run("downstream", "list", "--json")).isEmpty)
    let approved = try await run("downstream", "approve", Self.branch, "--name", "branch7.example.org", "--json")
    #expect(approved.status == 0, "\(approved.words)")
    let row = try #require(try servers(approved).first)
    #expect(row["id"] as? String == Self.branch)
    #expect(row["state"] as? String == "approved")
    // Once more changes nothing, and is no change to record.
    #expect(try await run("downstream", "approve", "BRANCH7.example.org").status == 0)
    #expect(try servers(try await run("downstream", "list", "--json")).count == 1)
    #expect(try servers(try await run("downstream", "list", "--waiting", "--json")).isEmpty)

    let preview = try await run("downstream", "remove", "branch7.example.org", "--json")
    #expect(try preview.json["preview"] as? Bool == true)
    #expect(try servers(try await run("downstream", "list", "--json")).count == 1)
    #expect(try await run("downstream", "remove", Self.branch, "--yes").status == 0)
    #expect(try servers(try await run("downstream", "list", "--json")).isEmpty)

    let lines = try audit()
    #expect(lines.map { $0["action"] as? String } == ["downstream approve", "downstream remove"])
    #expect(lines[0]["before"] == nil)
    #expect((lines[0]["after"] as? [String: String])?["state"] == "approved")
    #expect((lines[1]["before"] as? [String: String])?["name"] == "branch7.example.org")
    #expect(lines[1]["after"] == nil)
    #expect(lines.allSatisfy { ($0["who"] as? String)?.contains("uid") == true })
  }

  @Test("an unknown name is a mistake that is told; an unknown GUID cannot be removed")
  func unknown() async throws {
    #expect(try await run("init").status == 0)
    let named = try await run("downstream", "approve", "nobody.example")
    #expect(named.status == ProgramStatus.usage.rawValue)
    #expect(named.errors.contains("hint: updatemirror downstream list"))
    #expect(try await run("downstream", "remove", Self.branch, "--yes").status == ProgramStatus.failed.rawValue)
    #expect(!FileManager.default.fileExists(atPath: state + "/audit.log"))
  }

  @Test("settings make the policy; mistakes in the list and in the password file are told without the password")
  func policy() async throws {
    #expect(try await run("init").status == 0)
    let passwords = folder.path("passwords")
    let line = "branch7.example.org:\(try PasswordHash(of: "secret").text)\n"
    try DurableFile.write(Array("# accounts\n\n\(line)".utf8), to: passwords, permissions: 0o600)
    func policy(_ settings: [Setting: String]) async throws -> RegistrationPolicy {
      let directory = StateDirectory(path: state)
      let site = try await Site.open(directory, configuration: try Configuration(document: nil, flags: settings))
      return try site.registrationPolicy()
    }
    #expect(try await policy([:]) == .open)
    #expect(try await policy([.serveRegistration: "approve"]) == RegistrationPolicy(.approve))
    let list = try await policy([
      .serveRegistration: "allow-list", .serveAllowedServers: "\(Self.branch), Branch7.example.org",
      .serveAuthentication: "basic", .servePasswordFile: passwords,
    ])
    #expect(list.admission == .allowList([.server(try #require(GUID(Self.branch))), .account("branch7.example.org")]))
    guard case .basic(let accounts) = list.authentication else {
      Issue.record("not basic")
      return
    }
    #expect(accounts.map(\.name) == ["branch7.example.org"])
    await #expect(throws: ConfigurationError.self) {
      try await policy([.serveRegistration: "allow-list", .serveAllowedServers: "a b, <c>"])
    }
    await #expect(throws: ConfigurationError.self) { try await policy([.serveAuthentication: "basic"]) }
    try DurableFile.write(Array("branch7.example.org:plain secret\n".utf8), to: passwords, permissions: 0o600)
    let failure = await #expect(throws: Failure.self) {
      try await policy([.serveAuthentication: "basic", .servePasswordFile: passwords])
    }
    #expect(failure?.message.contains("line 1") == true)
    #expect(failure?.message.contains("plain secret") == false)
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: passwords)
    await #expect(throws: Failure.self) {
      try await policy([.serveAuthentication: "basic", .servePasswordFile: passwords])
    }
  }
}

@Suite("What a site tells its downstream servers")
struct SiteSettingsTests {
  @Test(
    "SSS-113: the flags are those of the subscription; a site without content says so",
    arguments: [("lazy", true, false), ("eager", false, false), ("none", false, true)], [true, false])
  func flags(_ mode: (content: String, isLazy: Bool, isCatalogOnly: Bool), _ express: Bool) async throws {
    let folder = try TemporaryDirectory()
    try folder.write(
      Array("version = 1\ncontent = \"\(mode.content)\"\nexpress-files = \(express)\n".utf8), to: "subscription.toml")
    let state = StateDirectory(path: folder.path("state"))
    try await SiteFoundation(state: state, settings: [:]).lay()
    let site = try await Site.open(
      state,
      configuration: try Configuration(
        document: nil, flags: [.subscriptionManifest: folder.path("subscription.toml")]))
    try await site.saveSettings()
    let settings = try await site.catalog.settings()
    #expect(settings.isLazy == mode.isLazy)
    #expect(settings.isCatalogOnly == mode.isCatalogOnly)
    #expect(settings.hostsPSFFiles == express)
    try site.catalog.close()
  }
}
