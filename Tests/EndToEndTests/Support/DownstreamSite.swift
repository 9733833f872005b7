import Catalog
import ContentStore
import Foundation
import Platform
import TestSupport
import Testing
import UpdateModel

/// The state directory of a DSS, worked on by the real program alone.
struct DownstreamSite: Sendable {
  enum Content: String { case lazy, eager, none }

  let folder: TemporaryDirectory
  /// The state directory.
  let state: String

  /// A site made by `updatemirror init`.
  init(upstream: String, mode: String = "replica", content: Content = .eager, settings: [String: String] = [:])
    async throws
  {
    folder = try TemporaryDirectory()
    state = folder.path("state")
    let manifest = "version = 1\ndrivers = true\nexpress-files = true\ncontent = \"\(content.rawValue)\"\n"
    try folder.write(Array(manifest.utf8), to: "subscription.toml")
    var arguments = ["init", "--upstream", upstream, "--mode", mode, "--name", "dss.example.org"]
    arguments += ["--subscription", folder.path("subscription.toml"), "--set", "content.min-free=0"]
    for (key, value) in settings.sorted(by: { $0.key < $1.key }) { arguments += ["--set", "\(key)=\(value)"] }
    let made = try await run(arguments)
    try #require(made.status == 0, "\(made.words)")
  }

  private init(folder: TemporaryDirectory, state: String) {
    self.folder = folder
    self.state = state
  }

  /// The same site once more, byte by byte.
  ///
  /// - Parameter place: a folder for its state directory; nil = one of its own.
  func copy(to place: String? = nil) throws -> DownstreamSite {
    let folder = try TemporaryDirectory()
    let copy = DownstreamSite(folder: folder, state: (place ?? folder.path) + "/state")
    try FileManager.default.copyItem(atPath: state, toPath: copy.state)
    return copy
  }

  func start(_ arguments: [String], shell: String? = nil) throws -> ProgramRun {
    try ProgramRun(arguments + ["--state", state], shell: shell)
  }

  func run(_ arguments: [String], shell: String? = nil) async throws -> ProgramRun.Outcome {
    try await start(arguments, shell: shell).ended()
  }

  func startSync(_ more: String..., shell: String? = nil) throws -> ProgramRun {
    try start(["sync", "--quiet", "--json"] + more, shell: shell)
  }

  func sync(_ more: String..., shell: String? = nil) async throws -> ProgramRun.Outcome {
    try await run(["sync", "--quiet", "--json"] + more, shell: shell)
  }

  /// A run that must bring everything.
  func syncCompletely(_ place: SourceLocation = #_sourceLocation) async throws {
    let done = try await sync()
    try #require(done.status == 0, "\(done.words)", sourceLocation: place)
  }

  var catalogFile: String { state + "/catalog.sqlite" }

  /// Opens the catalogue in this process.
  func catalog() async throws -> Catalog { try await Catalog.open(path: catalogFile, clock: SystemClock.now) }

  /// Reads every stored file and compares length and all declared digests, as the end of every test.
  func expectSoundContent(_ place: SourceLocation = #_sourceLocation) async throws {
    let catalog = try await catalog()
    let store = try ContentStore(state: state)
    let report = try await store.verifyAll(declared: { try await catalog.files([$0]).first?.file })
    #expect(report.bad == [], sourceLocation: place)
    #expect(report.foreignCount == 0, sourceLocation: place)
    #expect(try await catalog.quickCheck() == nil, sourceLocation: place)
    try catalog.close()
  }
}

extension DownstreamSite {
  /// Outcomes of past runs, the newest first.
  func historyOutcomes() async throws -> [String] {
    let shown = try await run(["sync", "history", "--json"])
    let rows = try shown.json.values.compactMap { $0 as? [[String: Any]] }.first ?? []
    return rows.compactMap { $0["outcome"] as? String }
  }
}
