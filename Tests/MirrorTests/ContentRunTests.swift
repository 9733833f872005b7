import Catalog
import ContentStore
import Foundation
import Mirror
import Sealing
import Synchronization
import TestSupport
import Testing
import Transfer
import UpdateModel
import WireFormat

@Suite(.serialized) struct ContentRunTests {
  /// A server with one update for each file, and a site that has its metadata.
  struct Pair {
    let server: SimulatedUSS
    let site: MirrorSite
    var files: [ContentFile]
    let bytes: [[UInt8]]

    func path(_ index: Int) -> String { "/Content/\(files[index].digest.folder)/\(files[index].contentName)" }
    func requests(_ index: Int) -> [RecordedRequest] { server.contentRequests.filter { $0.path == path(index) } }

    /// Every file is in the store with the right bytes.
    func expectWhole(_ indices: [Int]? = nil) async throws {
      for index in indices ?? Array(files.indices) {
        let stored = try #require(try await site.store.stored(files[index].digest, fileExtension: "cab"))
        #expect([UInt8](try Data(contentsOf: URL(fileURLWithPath: stored.path))) == bytes[index])
      }
    }
  }

  static let eager: @Sendable (inout SyncOptions) -> Void = { $0.subscription.content = .eager }

  private func pair(
    _ sizes: [Int] = [50_000], client: HTTPClientConfiguration = HTTPClientConfiguration(),
    _ adjust: (inout SimulatedUSSState) throws -> Void = { _ in }
  ) async throws -> Pair {
    var random = SeededGenerator(seed: 42)
    let bytes = sizes.map { random.bytes($0) }
    var files: [ContentFile] = []
    let server = try Sample.server(updates: 0) { state in
      for (index, content) in bytes.enumerated() {
        let file = try state.addFile(content, name: "payload \(index).cab")
        files.append(file)
        state.add(Sample.update(index, files: [file]))
      }
      try adjust(&state)
    }
    let site = try await MirrorSite(server.url, client: client)
    try await site.sync(.metadataOnly)
    return Pair(server: server, site: site, files: files, bytes: bytes)
  }

  private func rules(_ pair: Pair, _ rules: [ContentFolder.Rule]) {
    pair.server.change { $0.folder?.rules = rules }
  }

  @Test("SSS-247, SSS-252, SSS-246: an eager site fetches every file once; a second run asks for nothing")
  func eager() async throws {
    let pair = try await pair([10, 50_000, 3_000_000, 1])
    let report = try await pair.site.sync(.contentOnly, Self.eager)
    #expect(report.content?.fetchedFiles == 4)
    #expect(report.isComplete)
    try await pair.expectWhole()
    pair.server.clearRecords()
    try await pair.site.sync(.contentOnly, Self.eager)
    #expect(pair.server.contentRequests.isEmpty)
  }

  @Test("one file wanted by many updates is fetched once")
  func shared() async throws {
    let pair = try await pair()
    pair.server.change { state in
      for number in 100..<120 { state.add(Sample.update(number, files: pair.files)) }
    }
    try await pair.site.sync(.all, Self.eager)
    #expect(pair.requests(0).count == 1)
  }

  @Test("SSS-245: a site without content asks for none, neither approved nor asked for; a lazy one then does")
  func noContent() async throws {
    let pair = try await pair([100, 200])
    _ = try await pair.site.catalog.approve(
      ApprovalRequest(updateID: Sample.guid(0), targetGroupID: TargetGroup.allComputers.targetGroupID))
    #expect(try await pair.site.catalog.requestFiles([pair.files[1].digest]).isEmpty)
    try await pair.site.sync(.all) { $0.subscription.content = .none }
    #expect(pair.server.contentRequests.isEmpty)
    try await pair.site.sync(.all)
    try await pair.expectWhole()
  }

  @Test(
    "SSS-248, SSS-251: a lazy site fetches what an install approval reaches, through nested bundles, and nothing else")
  func lazy() async throws {
    let pair = try await pair([100, 200, 300, 400, 500]) { state in
      state.add(Sample.update(50, bundled: [Sample.identity(51)]))
      state.add(Sample.update(51, bundled: [Sample.identity(1)]))
    }
    try await pair.site.sync(.contentOnly)
    #expect(pair.server.contentRequests.isEmpty)
    let actions: [(Int, DeploymentAction)] = [(0, .install), (2, .uninstall), (3, .scan), (4, .block)]
    for (number, action) in actions {
      _ = try await pair.site.catalog.approve(
        ApprovalRequest(
          updateID: Sample.guid(number), targetGroupID: TargetGroup.allComputers.targetGroupID, action: action))
    }
    _ = try await pair.site.catalog.approve(
      ApprovalRequest(updateID: Sample.guid(50), targetGroupID: TargetGroup.allComputers.targetGroupID))
    try await pair.site.sync(.contentOnly)
    try await pair.expectWhole([0, 1])
    #expect(Set(pair.server.contentRequests.map(\.path)) == [pair.path(0), pair.path(1)])
  }

  @Test("SSS-250: express files come only when this site hosts them", arguments: [false, true], [false, true])
  func express(isHosting: Bool, isLazy: Bool) async throws {
    var express: ContentFile?
    let pair = try await pair([100]) { state in
      let plain = try state.addFile([1, 2, 3], name: "delta.psf")
      let file = ContentFile(
        digest: plain.digest, additionalDigests: plain.additionalDigests, fileName: plain.fileName, size: plain.size,
        patchingType: .express)
      express = file
      state.add(Sample.update(60, files: [file]))
    }
    for number in [0, 60] {
      _ = try await pair.site.catalog.approve(
        ApprovalRequest(updateID: Sample.guid(number), targetGroupID: TargetGroup.allComputers.targetGroupID))
    }
    try await pair.site.sync(.contentOnly) {
      $0.subscription.content = isLazy ? .lazy : .eager
      $0.subscription.expressFiles = isHosting
    }
    try await pair.expectWhole()
    let file = try #require(express)
    #expect((try await pair.site.store.stored(file.digest, fileExtension: "psf") != nil) == isHosting)
    #expect(pair.server.contentRequests.count == (isHosting ? 2 : 1))
  }

  @Test("SSS-249: a lazy site fetches what its own DSS asked for")
  func requestedByDownstream() async throws {
    let pair = try await pair([100, 200])
    #expect(try await pair.site.catalog.requestFiles([pair.files[1].digest]).isEmpty)
    try await pair.site.sync(.contentOnly)
    try await pair.expectWhole([1])
    #expect(pair.requests(0).isEmpty)
  }

  @Test(
    "SSS-249: a run for requested files alone fetches those, on an eager site too, and leaves no row in the history")
  func requestedOnly() async throws {
    let pair = try await pair([100, 200, 300])
    #expect(try await pair.site.catalog.requestFiles([pair.files[1].digest, pair.files[2].digest]).isEmpty)
    rules(pair, [.init(path: pair.path(2), .reply(.notFound))])
    pair.server.clearRecords()
    let report = try await pair.site.sync(.requestedFiles, Self.eager)
    try await pair.expectWhole([1])
    #expect(report.content?.fetchedFiles == 1)
    #expect(report.content?.missing.map(\.file.digest) == [pair.files[2].digest])
    #expect(pair.requests(0).isEmpty)
    #expect(Set(pair.server.operations) == ["GetAuthConfig", "GetAuthorizationCookie", "GetCookie", "DownloadFiles"])
    #expect(try await pair.site.catalog.history(limit: 10).count == 1)
  }

  @Test("a stored file is known soon, though the next one takes long", .timeLimit(.minutes(5)))
  func knownSoon() async throws {
    let pair = try await pair([100, 300_000])
    let gate = Gate()
    rules(pair, [.init(path: pair.path(1), requests: 1...1, .stalls(after: 1_000, gate))])
    let run = pair.site.syncRun(Self.eager)
    let task = Task { try await run.run(.contentOnly) }
    while try await pair.site.catalog.contentCounts().presentFiles == 0 { try await Task.sleep(for: .milliseconds(5)) }
    #expect(!gate.isOpen)
    task.cancel()
    do { _ = try await task.value } catch is CancellationError {}
    gate.open()
    #expect(try await pair.site.catalog.presentDigests(after: nil, limit: 9) == [pair.files[0].digest])
  }

  @Test("files go to the catalogue a hundred at a time")
  func notes() throws {
    var notes = FileNotes()
    #expect(notes.isEmpty)
    let digest = try PureRuleTests.file("a").digest
    for _ in 0..<60 { notes.present.append(digest) }
    for _ in 0..<39 { notes.failures.append(FailedAttempt(digest, reason: "r")) }
    #expect(!notes.isFull)
    notes.present.append(digest)
    #expect(notes.isFull)
    let taken = notes.take()
    #expect(taken.present.count == 61 && taken.failures.count == 39 && notes.isEmpty)
  }

  @Test("SSS-254: a USS that serves only the FileName form gets the second request")
  func fileNameForm() async throws {
    let pair = try await pair()
    let directory = try #require(pair.server.state.withLock { $0.folder?.root })
    let folder = "\(directory)/\(pair.files[0].digest.folder)"
    try FileManager.default.moveItem(
      atPath: "\(folder)/\(pair.files[0].contentName)", toPath: "\(folder)/\(pair.files[0].fileName)")
    try await pair.site.sync(.contentOnly, Self.eager)
    try await pair.expectWhole()
    #expect(pair.server.contentRequests.map(\.path).last?.hasSuffix("/payload%200.cab") == true)
  }

  @Test("SSS-255, SSS-256: under a catalogue-only USS the MUUrl is used; without one the file is unobtainable")
  func catalogOnly() async throws {
    let pair = try await pair([100, 200])
    pair.server.change { state in
      state.isCatalogOnly = true
      for key in state.revisions.keys where key == Sample.identity(0) {
        state.revisions[key]?.muURLs[pair.files[0].digest] = "\(pair.server.url)\(pair.path(0))"
      }
    }
    let site = try await MirrorSite(pair.server.url)
    let report = try await site.sync(.all, Self.eager)
    #expect(report.content?.fetchedFiles == 1)
    #expect(report.content?.missing.map(\.file.digest) == [pair.files[1].digest])
    #expect(!pair.server.operations.contains("DownloadFiles"))
  }

  @Test("an explicit content base is used instead of the USS's own")
  func explicitBase() async throws {
    let pair = try await pair()
    let folder = try #require(pair.server.state.withLock { $0.folder })
    let other = try FaultServer(handler: ContentFolder(root: folder.root, prefix: "/mirror/Content/").reply)
    try await pair.site.sync(.contentOnly) {
      Self.eager(&$0)
      $0.content.contentBase = other.url + "/mirror/"
    }
    try await pair.expectWhole()
    #expect(pair.server.contentRequests.isEmpty)
  }

  // Faults

  @Test("SSS-261: a download cut at any offset is continued by range and ends whole", arguments: [1, 70_000, 699_999])
  func cut(offset: Int64) async throws {
    let pair = try await pair([700_000])
    rules(pair, [.init(requests: 1...1, .cut(after: offset))])
    let report = try await pair.site.sync(.contentOnly, Self.eager)
    try await pair.expectWhole()
    let requests = pair.requests(0)
    #expect(requests.count == 2)
    #expect(requests[1]["Range"]?.hasPrefix("bytes=") == true)
    #expect(requests[1]["If-Range"]?.hasPrefix("\"") == true)
    #expect(try #require(report.content).receivedBytes <= 710_000)
  }

  @Test("SSS-261: a part file is continued in the next run")
  func nextRun() async throws {
    let pair = try await pair([2_000_000])
    rules(pair, [.init(requests: 1...1, .cut(after: 1_500_000)), .init(requests: 2...20, .notFound)])
    let first = try await pair.site.sync(.contentOnly, Self.eager)
    #expect(first.content?.missingCount == 1)
    rules(pair, [])
    pair.site.clock.advance(seconds: 7_200)
    let second = try await pair.site.sync(.contentOnly, Self.eager)
    try await pair.expectWhole()
    #expect(try #require(second.content).receivedBytes < 1_000_000)
    #expect(try #require(second.content).resumedBytes > 1_000_000)
  }

  static let faults: [(name: String, rules: [ContentFolder.Rule])] = [
    ("200 to a range", [.init(requests: 1...1, .cut(after: 300_000)), .init(requests: 2...2, .ignoresRange)]),
    ("206 elsewhere", [.init(requests: 1...1, .cut(after: 300_000)), .init(requests: 2...2, .shiftsRange(by: 7))]),
    ("changed ETag", [.init(requests: 1...1, .cut(after: 300_000)), .init(requests: 2...9, .changesETag)]),
    ("short with matching length", [.init(requests: 1...1, .short(by: 5))]),
    ("long with matching length", [.init(requests: 1...1, .long(by: 5))]),
    ("one flipped bit", [.init(requests: 1...1, .corrupt)]),
    ("flipped twice", [.init(requests: 1...2, .corrupt)]),
    ("503 twice", [.init(requests: 1...2, .busy(retryAfterSeconds: 2))]),
    ("hangs up", [.init(requests: 1...2, .hangsUp)]),
    ("garbage", [.init(requests: 1...1, .garbage)]),
    ("reset", [.init(requests: 1...1, .reset(after: 100_000))]),
    ("HTML error page", [.init(requests: 1...1, .htmlErrorPage)]),
    ("chunked, no length", [.init(.chunked)]),
    (
      "416",
      [
        .init(requests: 1...1, .cut(after: 300_000)),
        .init(requests: 2...2, .reply(ScriptedReply.text("", status: 416).with("Content-Range", "bytes */400000"))),
      ]
    ),
  ]

  @Test(
    "SSS-258, SSS-260, SSS-262, SSS-263: after each fault the file is whole, or it is not there at all",
    arguments: faults.indices)
  func fault(index: Int) async throws {
    let pair = try await pair([400_000])
    rules(pair, Self.faults[index].rules)
    let report = try await pair.site.sync(.contentOnly, Self.eager)
    #expect(report.content?.fetchedFiles == 1, "\(Self.faults[index].name)")
    try await pair.expectWhole()
  }

  @Test("a stalled body is given up after the stall time and continued")
  func stall() async throws {
    var configuration = HTTPClientConfiguration()
    configuration.stallTimeout = .milliseconds(1_500)
    let pair = try await pair([400_000], client: configuration)
    let gate = Gate()
    rules(pair, [.init(requests: 1...1, .stalls(after: 100_000, gate))])
    try await pair.site.sync(.contentOnly, Self.eager)
    gate.open()
    try await pair.expectWhole()
    #expect(pair.requests(0).last?["Range"] != nil)
  }

  @Test("SSS-258: bytes that never fit are fetched three times, kept in quarantine, never visible, and reported")
  func alwaysCorrupt() async throws {
    let pair = try await pair([1_000, 2_000])
    rules(pair, [.init(path: pair.path(0), .corrupt)])
    let report = try await pair.site.sync(.contentOnly, Self.eager)
    #expect(pair.requests(0).count == 3)
    #expect(try await pair.site.store.stored(pair.files[0].digest) == nil)
    try await pair.expectWhole([1])
    let missing = try #require(report.content?.missing.first)
    #expect(missing.file.digest == pair.files[0].digest)
    #expect(missing.updates == [Sample.identity(0)])
    guard case .failed(let failure) = missing.reason else { return #expect(Bool(false)) }
    #expect(failure.reason.contains("SHA-1"))
    #expect(!report.isComplete)
    #expect(try FileManager.default.contentsOfDirectory(atPath: pair.site.folder.path("quarantine")).isEmpty == false)
  }

  @Test("SSS-258: after wrong bytes under the hex name, the FileName form is tried before the same again")
  func otherPlaceAfterMismatch() async throws {
    let pair = try await pair([50_000])
    let directory = try #require(pair.server.state.withLock { $0.folder?.root })
    let folder = "\(directory)/\(pair.files[0].digest.folder)"
    try FileManager.default.copyItem(
      atPath: "\(folder)/\(pair.files[0].contentName)", toPath: "\(folder)/\(pair.files[0].fileName)")
    rules(pair, [.init(path: pair.path(0), .corrupt)])
    try await pair.site.sync(.contentOnly, Self.eager)
    try await pair.expectWhole()
    #expect(pair.requests(0).count == 1)
    #expect(pair.server.contentRequests.count == 2)
  }

  @Test("SSS-259: a wrong SHA-256 is refused, a missing one by default as well")
  func sha256() async throws {
    var random = SeededGenerator(seed: 1)
    let content = random.bytes(500)
    let server = try Sample.server(updates: 0) { state in
      let file = try state.addFile(content, hasSHA256: false)
      state.add(Sample.update(0, files: [file]))
      let other = try state.addFile(content + [1])
      let wrong = ContentFile(
        digest: other.digest,
        additionalDigests: [AdditionalDigest(algorithm: "SHA256", bytes: [UInt8](repeating: 7, count: 32))],
        fileName: "b.cab", size: other.size)
      state.add(Sample.update(1, files: [wrong]))
    }
    let site = try await MirrorSite(server.url)
    let report = try await site.sync(.all, Self.eager)
    #expect(report.content?.fetchedFiles == 0)
    #expect(report.content?.missingCount == 2)
    #expect(try await site.store.allDigests().isEmpty)
  }

  @Test("SSS-243, SSS-242, SSS-244: 404 leads to DownloadFiles of 100, 100 and 50; the files come on a later try")
  func downloadFiles() async throws {
    let pair = try await pair(Array(repeating: 20, count: 250))
    pair.server.change { state in
      for file in pair.files { state.withheld[file.digest] = 0 }
    }
    let report = try await pair.site.sync(.contentOnly) {
      Self.eager(&$0)
      $0.content.waitingBudget = 600
    }
    #expect(pair.server.state.withLock { $0.askedFiles.map(\.count) } == [100, 100, 50])
    #expect(report.content?.fetchedFiles == 250)
    #expect(pair.site.pauses.value == [60])
    try await pair.expectWhole()
  }

  @Test("SSS-244: more files than one round of DownloadFiles wait together and come in one run, asked for once")
  func manyWaiting() async throws {
    let pair = try await pair((0..<25).map { 20 + $0 % 7 })
    pair.server.change { state in
      for file in pair.files { state.withheld[file.digest] = 1 }
    }
    let report = try await pair.site.sync(.contentOnly) {
      Self.eager(&$0)
      $0.content.waitingBudget = 600
      $0.content.requestRound = 10
    }
    #expect(report.content?.fetchedFiles == 25)
    #expect(pair.server.state.withLock { $0.askedFiles.map(\.count) } == [10, 10, 5])
    #expect(pair.site.pauses.value == [60, 120])
  }

  @Test("SSS-244: delays grow within the budget; what still waits is reported and tried in a later run")
  func waiting() async throws {
    let pair = try await pair([20])
    pair.server.change { $0.withheld[pair.files[0].digest] = 7 }
    let report = try await pair.site.sync(.contentOnly) {
      Self.eager(&$0)
      $0.content.waitingBudget = 500
    }
    #expect(pair.site.pauses.value == [60, 120, 300])
    guard case .failed(let failure)? = report.content?.missing.first?.reason else { return #expect(Bool(false)) }
    #expect(failure.reason == "waiting for upstream")
    #expect(failure.nextTry != nil)
    pair.site.clock.advance(seconds: 7_200)
    pair.server.change { $0.withheld = [:] }
    try await pair.site.sync(.contentOnly, Self.eager)
    try await pair.expectWhole()
  }

  @Test("SSS-050: FileDigestsMissing restarts at GetAuthConfig without the digests it names")
  func digestsMissing() async throws {
    let pair = try await pair([20, 30])
    pair.server.change { state in
      for file in pair.files { state.withheld[file.digest] = 0 }
      state.rules = [.init("DownloadFiles", calls: 1...1, .digestsMissing([pair.files[0].digest]))]
    }
    pair.server.clearRecords()
    let report = try await pair.site.sync(.contentOnly) {
      Self.eager(&$0)
      $0.content.waitingBudget = 60
    }
    #expect(
      pair.server.operations == [
        "GetAuthConfig", "GetAuthorizationCookie", "GetCookie", "DownloadFiles", "GetAuthConfig",
        "GetAuthorizationCookie", "GetCookie", "DownloadFiles",
      ])
    #expect(pair.server.state.withLock { $0.askedFiles } == [[pair.files[1].digest]])
    try await pair.expectWhole([1])
    #expect(report.content?.missing.map(\.file.digest) == [pair.files[0].digest])
  }

  @Test("SSS-264: failing content leaves the metadata and its row of success")
  func metadataStays() async throws {
    let pair = try await pair([1_000])
    rules(pair, [.init(.reply(.text("no", status: 400)))])
    pair.server.change { $0.add(Sample.update(70)) }
    let report = try await pair.site.sync(.all, Self.eager)
    #expect(report.newRevisions == 1)
    #expect(report.content?.missingCount == 1)
    let rows = try await pair.site.catalog.history(limit: 9)
    #expect(rows.map(\.outcome) == [.incomplete, .succeeded])
    #expect(rows.first?.newRevisions == 1 && rows.first?.missingFiles == 1)
  }

  @Test("a full disk ends the content phase cleanly; a later run continues")
  func fullDisk() async throws {
    let pair = try await pair([1_000, 2_000])
    let small = try ContentStore(state: pair.site.folder.path, minimumFree: .max / 2)
    let run = SyncRun(
      catalog: pair.site.catalog, store: small, client: pair.site.client, options: pair.site.options(Self.eager),
      clock: pair.site.clock.clock, logger: pair.site.log.logger)
    let report = try await run.run(.contentOnly)
    #expect(report.content?.stopped != nil)
    #expect(!report.isComplete)
    try await pair.site.sync(.contentOnly, Self.eager)
    try await pair.expectWhole()
  }

  @Test("SSS-265: a FileName with a path stays inside the store")
  func hostileName() async throws {
    var random = SeededGenerator(seed: 3)
    let content = random.bytes(100)
    let server = try Sample.server(updates: 0) { state in
      let file = try state.addFile(content, name: "../../evil.cab")
      state.add(Sample.update(0, files: [file]))
    }
    let site = try await MirrorSite(server.url)
    try await site.sync(.all, Self.eager)
    let digest = try FileDigester.digests(of: content).sha1
    let stored = try #require(try await site.store.stored(digest, fileExtension: "cab"))
    #expect(stored.path.hasPrefix(site.folder.path("content/")))
    #expect(!server.contentRequests.contains { $0.path.contains("evil") })
  }

  @Test("SSS-276: content cancelled at a seeded point is whole after the next run", arguments: 0..<6)
  func cancelled(seed: Int) async throws {
    var random = SeededGenerator(seed: UInt64(seed))
    let pair = try await pair([300_000, 300_000, 300_000, 300_000])
    let gate = Gate()
    let offset = Int64.random(in: 1...299_000, using: &random)
    rules(pair, [.init(path: pair.path(seed % 4), requests: 1...1, .stalls(after: offset, gate))])
    let run = pair.site.syncRun {
      Self.eager(&$0)
      $0.content.parallel = 2
    }
    let task = Task { try await run.run(.contentOnly) }
    _ = await pair.server.server.requests(atLeast: pair.server.server.requests.count + 1 + seed % 3)
    task.cancel()
    do { _ = try await task.value } catch is CancellationError {}
    #expect(
      try await pair.site.catalog.contentCounts().presentFiles == pair.site.store.allDigests().count,
      "what was stored is known, though the run was cancelled")
    gate.open()
    rules(pair, [])
    try await pair.site.sync(.contentOnly, Self.eager)
    try await pair.expectWhole()
    #expect(try await pair.site.catalog.contentCounts().presentFiles == 4)
  }

  @Test("bytes are told as they move, and the totals fit in the end")
  func progress() async throws {
    let pair = try await pair([3_000_000, 2_000_000])
    try await pair.site.sync(.contentOnly, Self.eager)
    let told = pair.site.events.value.compactMap { event -> (Int, Int, Int64, Int64)? in
      if case .content(let files, let totalFiles, let bytes, let totalBytes, _) = event {
        return (files, totalFiles, bytes, totalBytes)
      }
      return nil
    }
    #expect(told.count > 4)
    let last = try #require(told.last)
    #expect(last.0 == 2 && last.1 == 2 && last.2 == 5_000_000 && last.3 == 5_000_000)
  }
}
