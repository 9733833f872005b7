import Catalog
import ContentStore
import Foundation
import GRDB
import Generator
import TestSupport
import Testing
import UpdateModel

extension EndToEnd {
  /// A <- B <- C: B is `updatemirror serve` with metadata alone, C is eager and asks B for everything.
  @Suite struct RequestedFilesTests {
    static let shape: CatalogueShape = {
      var shape = CatalogueShape(revisions: 30, seed: 21, contentSize: 256 << 10, languages: ["en"])
      shape.medianDocument = 1_500
      shape.approvals = 0
      return shape
    }()

    /// The chain with a relay before A and one before B, and the place where B finds content.
    struct Chain: Sendable {
      let root: UpstreamRig
      let middle: DownstreamSite
      let leaf: DownstreamSite
      let rootRelay: Relay
      let middleRelay: Relay

      /// C asks B. Its run ends with files missing, and without an error of B.
      ///
      /// - Parameter mayBeComplete: B may have everything already.
      func ask(mayBeComplete: Bool = false, _ place: SourceLocation = #_sourceLocation) async throws {
        let asked = try await leaf.sync()
        #expect(
          asked.status == 3 || mayBeComplete && asked.status == 0,
          "C lacks files and has no other trouble: \(asked.words)", sourceLocation: place)
      }

      /// Waits until B has fetched what it lacks, but for so many files.
      func fetched(but missing: Int = 0) async throws {
        let all = try await root.store.allDigests().count
        while try StateDump(state: middle.state).content.count < all - missing {
          try await Task.sleep(for: .milliseconds(50))
        }
      }

      /// Waits until B says in `sync status` why a file is missing.
      func failure(containing words: String) async throws {
        while true {
          let status = try await middle.run(["sync", "status", "--json"])
          let rows = try status.json["missingFiles"] as? [[String: Any]] ?? []
          if rows.contains(where: { ($0["reason"] as? String)?.contains(words) == true }) { return }
          try await Task.sleep(for: .milliseconds(50))
        }
      }

      func expectNoRuns(_ place: SourceLocation = #_sourceLocation) async throws {
        let rows = try await middle.historyOutcomes()
        #expect(rows.count == 1, "B has fetched without a run: \(rows)", sourceLocation: place)
      }
    }

    /// - Parameter content: where B looks for content instead of A.
    static func run(
      content: String? = nil, prepare: @Sendable (UpstreamRig) async throws -> Void = { _ in },
      _ body: @Sendable (Chain) async throws -> Void
    ) async throws {
      try await UpstreamRig.run(shape) { root in
        try await prepare(root)
        let rootRelay = try Relay(to: root.port)
        let middle = try await DownstreamSite(
          upstream: rootRelay.url, content: .lazy, settings: content.map { ["upstream.content-url": $0] } ?? [:])
        let metadata = try await middle.sync("--metadata-only")
        try #require(metadata.status == 0, "\(metadata.words)")
        try await middle.serving(fetches: true) { port in
          let middleRelay = try Relay(to: port)
          let leaf = try await DownstreamSite(upstream: middleRelay.url, content: .eager)
          rootRelay.watch()
          try await body(
            Chain(root: root, middle: middle, leaf: leaf, rootRelay: rootRelay, middleRelay: middleRelay))
        }
        try await middle.expectSoundContent()
      }
    }

    /// The server with faults where B finds content instead of A.
    struct FaultyContent: Sendable {
      let server: FaultServer
      let folder: Watched<ContentFolder?>

      func mend() { folder.update { $0?.rules = [] } }
    }

    static func run(
      fault: ContentFolder.Fault, _ body: @Sendable (Chain, FaultyContent) async throws -> Void
    ) async throws {
      let folder = Watched<ContentFolder?>(nil)
      let content = FaultyContent(
        server: try FaultServer { folder.value?.reply(to: $0) ?? .notFound }, folder: folder)
      try await run(content: content.server.url) { root in
        folder.update { $0 = ContentFolder(root: root.folder.path("content"), rules: [.init(fault)]) }
      } _: { chain in
        try await body(chain, content)
      }
    }

    @Test("SSS-236: B fetches at once from A what C asks it for, and asks A for what A does not have")
    func upTheChain() async throws {
      try await Self.run { chain in
        let late = try #require(try await chain.root.store.allDigests().first)
        let kept = try await ChainTests.takeAway(late, from: chain.root)
        try await chain.ask()
        #expect(chain.middleRelay.seen.operations.contains("DownloadFiles"), "C asks B")
        try await chain.fetched()
        let calls = chain.rootRelay.seen.operations
        #expect(calls.contains { $0.hasPrefix("GET /Content/") }, "B fetches from A: \(calls)")
        #expect(!calls.contains("GetRevisionIdList"), "and lists nothing")
        try await chain.failure(containing: "waiting for upstream")
        #expect(chain.rootRelay.seen.operations.contains("DownloadFiles"), "B asks A")
        #expect(try await chain.root.catalog.files([late]).first?.isRequestedByDownstream == true)
        try await chain.expectNoRuns()

        try FileManager.default.moveItem(atPath: kept.aside, toPath: kept.place)
        try await chain.root.catalog.markPresent([late])
        try chain.middle.endWaiting()
        try await chain.ask(mayBeComplete: true)
        try await chain.fetched()
        try await chain.leaf.syncCompletely()
        try await chain.leaf.expectSoundContent()
      }
    }

    @Test("SSS-237: when A is catalogue-only, B fetches what C asks for from the place on the Internet")
    func catalogueOnly() async throws {
      let folder = Watched<ContentFolder?>(nil)
      let internet = try FaultServer { folder.value?.reply(to: $0) ?? .notFound }
      try await Self.run { root in
        folder.update { $0 = ContentFolder(root: root.folder.path("content"), prefix: "/mu/") }
        try await Self.moveLocations(of: root, to: internet.url + "/mu")
        var settings = try await root.catalog.settings()
        settings.isCatalogOnly = true
        try await root.catalog.save(settings)
      } _: { chain in
        try await chain.ask()
        try await chain.fetched()
        let calls = chain.rootRelay.seen.operations
        #expect(!calls.contains { $0.hasPrefix("GET ") || $0 == "DownloadFiles" }, "A has no content: \(calls)")
        #expect(internet.requests.allSatisfy { $0.path.hasPrefix("/mu/") })
        try await chain.leaf.syncCompletely()
      }
    }

    @Test("SSS-238: what B cannot fetch is silent for C, stands in B's catalogue, and comes when A can give it")
    func silentFailures() async throws {
      try await Self.run(fault: .reply(.text("no", status: 400))) { chain, content in
        try await chain.ask()
        try await chain.failure(containing: "HTTP status 400")
        #expect(try StateDump(state: chain.middle.state).content.isEmpty)
        content.mend()
        try await chain.ask(mayBeComplete: true)
        try await chain.fetched()
        try await chain.leaf.syncCompletely()
        try await chain.expectNoRuns()
      }
    }

    @Test("SSS-239: bytes with another SHA-1 that B was given are never visible; the right ones are stored")
    func corruptingParent() async throws {
      try await Self.run(fault: .corrupt) { chain, content in
        try await chain.ask()
        try await chain.failure(containing: "SHA-1")
        let damaged = try StateDump(state: chain.middle.state)
        #expect(damaged.content.isEmpty && damaged.present.isEmpty)
        #expect(!damaged.quarantine.isEmpty)
        content.mend()
        try await chain.ask(mayBeComplete: true)
        try await chain.fetched()
        try await chain.leaf.syncCompletely()
      }
    }

    @Test("SSS-241: B answers DownloadFiles while the files are still on their way to it")
    func answersAtOnce() async throws {
      let gate = Gate()
      try await Self.run(fault: .stalls(after: 0, gate)) { chain, content in
        try await chain.ask()
        _ = await content.server.requests(atLeast: 1)
        #expect(!gate.isOpen, "the run of C has ended, and B has not one file")
        #expect(try StateDump(state: chain.middle.state).content.isEmpty)
        // C asks once more while B is fetching: nobody waits then either.
        try await chain.ask()
        content.mend()
        gate.open()
        try await chain.fetched()
        try await chain.leaf.syncCompletely()
      }
    }

    @Test("SSS-389: while B fetches what was asked for, a run of B by hand is refused with status 11")
    func oneAtATime() async throws {
      let gate = Gate()
      try await Self.run(fault: .stalls(after: 0, gate)) { chain, content in
        try await chain.ask()
        _ = await content.server.requests(atLeast: 1)
        let refused = try await chain.middle.sync()
        #expect(refused.status == 11, "\(refused.words)")
        content.mend()
        gate.open()
        try await chain.fetched()
        // The lock is given back soon after the last file.
        while try await chain.middle.sync().status == 11 {}
        try await chain.leaf.syncCompletely()
      }
    }

    /// Gives every file of A a place below `base`.
    private static func moveLocations(of root: UpstreamRig, to base: String) async throws {
      let queue = try DatabaseQueue(path: root.catalog.path)
      let files = try await root.store.allDigests()
      let names = try Set(files.map(\.folder)).flatMap { folder in
        try FileManager.default.contentsOfDirectory(atPath: root.folder.path("content/\(folder)"))
      }
      try await queue.write { db in
        for name in names {
          let digest = try #require(FileDigest(hex: name.prefix { $0 != "." }))
          try db.execute(
            sql: "UPDATE file SET muURL = ? WHERE digest = ?",
            arguments: ["\(base)/\(digest.folder)/\(name)", Data(digest.bytes)])
        }
      }
      try queue.close()
    }
  }
}
