import Catalog
import Testing
import UpdateModel

struct ContentTests {
  let folder = try! TemporaryFolder()
  let clock = TestClock()
  let eager = ContentPolicy(isLazy: false)
  let lazy = ContentPolicy(isLazy: true)

  /// 1 bundles 2, which bundles 3; 3 and 4 own files.
  private func catalogue() async throws -> Catalog {
    let catalog = try await folder.catalog(clock: clock)
    try await catalog.add(
      .updates,
      [
        revision(1) { $0.bundledUpdates = [BundleClause(identities: [identity(2)])] },
        revision(2) { $0.bundledUpdates = [BundleClause(identities: [identity(3)])] },
        revision(3) { $0.files = [file(31), file(32, express: true)] },
        revision(4) { $0.files = [file(41), file(31)] },
      ])
    return catalog
  }

  private func wanted(_ catalog: Catalog, _ policy: ContentPolicy) async throws -> [FileDigest] {
    try await catalog.wantedFiles(policy, limit: 100).map(\.file.digest)
  }

  @Test("SSS-247: eager content wants every file once, however many revisions list it")
  func eagerFiles() async throws {
    let catalog = try await catalogue()
    let files = try await catalog.wantedFiles(eager, limit: 100)
    #expect(files.map(\.file.digest) == [digest(31), digest(41)])
    #expect(files.map(\.wantedBy) == [2, 1])
    #expect(files.first?.file == file(31))
    #expect(files.first?.muURL == "http://mu.example/\(digest(31).hex)")
    #expect(try await catalog.wantedTotals(eager) == (2, 2000))
  }

  @Test("SSS-250: express files are wanted only when PSF files are hosted")
  func express() async throws {
    let catalog = try await catalogue()
    let policy = ContentPolicy(isLazy: false, includesExpress: true)
    #expect(try await wanted(catalog, policy) == [digest(31), digest(32), digest(41)])
  }

  @Test("SSS-248: lazy content wants only files of updates with an install deployment", arguments: 0...3)
  func lazyActions(action: Int32) async throws {
    let catalog = try await catalogue()
    #expect(try await wanted(catalog, lazy) == [])
    let request = ApprovalRequest(
      updateID: guid(4), targetGroupID: allComputers, action: DeploymentAction(rawValue: action))
    let deployment = try await catalog.approve(request)
    #expect(try await wanted(catalog, lazy) == (action == 0 ? [digest(31), digest(41)] : []))
    try await catalog.removeDeployment(deployment.deploymentID)
    #expect(try await wanted(catalog, lazy) == [])
  }

  @Test("SSS-251: the approval of a bundle wants the files of its members, at any depth; a declined one none")
  func bundles() async throws {
    let catalog = try await catalogue()
    try await catalog.approve(ApprovalRequest(updateID: guid(1), targetGroupID: allComputers))
    #expect(try await wanted(catalog, lazy) == [digest(31)])
    try await catalog.decline(guid(1))
    #expect(try await wanted(catalog, lazy) == [])
    #expect(try await wanted(catalog, eager) == [digest(31), digest(41)])
    try await catalog.decline(guid(4))
    #expect(try await wanted(catalog, eager) == [])
  }

  @Test("SSS-249: a file that a DSS asked for is wanted, unknown digests are named")
  func requested() async throws {
    let catalog = try await catalogue()
    try await catalog.stage(.updates, [revision(9) { $0.files = [file(91)] }])
    #expect(try await catalog.requestFiles([digest(41), digest(91), digest(99)]) == [digest(91), digest(99)])
    let files = try await catalog.wantedFiles(lazy, limit: 10)
    #expect(files.map(\.file.digest) == [digest(41)])
    #expect(files.first?.isRequestedByDownstream == true)
  }

  @Test("SSS-246: a file present is not wanted again, also when a new revision lists it")
  func present() async throws {
    let catalog = try await catalogue()
    try await catalog.markPresent([digest(31), digest(41)])
    try await catalog.add(.updates, [revision(5) { $0.files = [file(31)] }])
    #expect(try await wanted(catalog, eager) == [])
    #expect(try await catalog.files([digest(31)]).first?.verified == clock.now)
    try await catalog.markAbsent([digest(41)])
    #expect(try await wanted(catalog, eager) == [digest(41)])
  }

  @Test("presence told from the content store survives the loss of the database")
  func rebuiltPresence() async throws {
    let catalog = try await folder.catalog()
    try await catalog.markPresent((1...500).map { digest($0) })
    try await catalog.add(.updates, [revision(1) { $0.files = [file(7), file(700)] }])
    #expect(try await wanted(catalog, eager) == [digest(700)])
    let record = try #require(try await catalog.files([digest(7)]).first)
    #expect(record.isPresent)
    #expect(record.file.size == 1000)
    let first = try await catalog.presentDigests(after: nil, limit: 300)
    let rest = try await catalog.presentDigests(after: first.last, limit: 300)
    #expect(Set(first + rest).count == 500)
  }

  @Test("a failed file waits for its next try and is missing with its reason and the bundle that needs it")
  func failures() async throws {
    let catalog = try await catalogue()
    try await catalog.recordFailures([FailedAttempt(digest(31), reason: "404", nextTry: clock.now.adding(seconds: 60))])
    try await catalog.recordFailures([
      FailedAttempt(digest(31), reason: "digest differs", nextTry: clock.now.adding(seconds: 60))
    ])
    #expect(try await wanted(catalog, eager) == [digest(41)])
    let missing = try await catalog.missingFiles(eager, limit: 10)
    #expect(missing.map(\.file.digest) == [digest(31), digest(41)])
    #expect(missing.first?.updates == [identity(1), identity(4)])
    guard case .failed(let failure)? = missing.first?.reason else {
      Issue.record("expected a failure")
      return
    }
    #expect(failure.reason == "digest differs")
    #expect(failure.attempts == 2)
    #expect(missing.last?.reason == .notFetchedYet)
    clock.advance(seconds: 61)
    #expect(try await catalog.wantedFiles(eager, limit: 10).map(\.attempts) == [2, 0])
    try await catalog.markPresent([digest(31)])
    #expect(try await catalog.contentCounts().failedFiles == 0)
  }

  @Test("failures of many files are recorded together, each with its reason; unknown files are left out")
  func manyFailures() async throws {
    let catalog = try await catalogue()
    let later = clock.now.adding(seconds: 60)
    try await catalog.recordFailures(
      [
        FailedAttempt(digest(31), reason: "404", nextTry: later), FailedAttempt(digest(41), reason: "length differs"),
        FailedAttempt(digest(999), reason: "404"),
      ], at: clock.now.adding(seconds: -5))
    let records = try await catalog.files([digest(31), digest(41), digest(999)])
    #expect(records.map(\.failure?.reason) == ["404", "length differs"])
    #expect(records.map(\.failure?.nextTry) == [later, nil])
    #expect(records.map(\.failure?.failed) == [clock.now.adding(seconds: -5), clock.now.adding(seconds: -5)])
    #expect(try await wanted(catalog, eager) == [digest(41)])
  }

  @Test("a file without SHA-256 is missing with that reason, and wanted only when the policy allows it")
  func withoutSHA256() async throws {
    let catalog = try await folder.catalog()
    try await catalog.add(.updates, [revision(1) { $0.files = [file(1, hasSHA256: false)] }])
    #expect(try await wanted(catalog, eager) == [])
    #expect(try await catalog.missingFiles(eager, limit: 10).map(\.reason) == [.withoutSHA256])
    #expect(try await wanted(catalog, ContentPolicy(isLazy: false, requiresSHA256: false)) == [digest(1)])
  }

  @Test("pages of wanted files meet without gap or overlap")
  func pages() async throws {
    let catalog = try await folder.catalog()
    try await catalog.add(.updates, (1...25).map { number in revision(number) { $0.files = [file(number)] } })
    var seen: [FileDigest] = []
    var after: Int64 = 0
    while true {
      let page = try await catalog.wantedFiles(eager, limit: 10, after: after)
      guard let last = page.last else { break }
      seen += page.map(\.file.digest)
      after = last.fileID
    }
    #expect(seen == (1...25).map { digest($0) })
  }

  @Test("a file is read with the SHA-256 that any of its revisions declares, published ones first")
  func strongestDeclaration() async throws {
    let catalog = try await folder.catalog()
    try await catalog.add(.updates, [revision(1) { $0.files = [file(1, hasSHA256: false)] }])
    try await catalog.add(.updates, [revision(2) { $0.files = [file(1)] }])
    try await catalog.stage(.updates, [revision(3) { $0.files = [file(1)] }])
    let wanted = try await catalog.wantedFiles(eager, limit: 10)
    #expect(wanted.map(\.file) == [file(1)])
    #expect(wanted.map(\.wantedBy) == [2])
    #expect(try await catalog.files([digest(1)]).map(\.file.sha256) == [file(1).sha256])
  }

  @Test("files that only the content store named are not listed; staged and published ones are")
  func listed() async throws {
    let catalog = try await catalogue()
    try await catalog.markPresent([digest(31), digest(99)])
    try await catalog.stage(.updates, [revision(9) { $0.files = [file(91)] }])
    let asked = [31, 41, 91, 99, 98].map { digest($0) }
    #expect(try await catalog.listedFiles(asked) == [digest(31), digest(41), digest(91)])
  }

  @Test("a run that an operator starts tries files at once whose next try is later; their attempts stay")
  func atOnce() async throws {
    let catalog = try await catalogue()
    try await catalog.recordFailures([FailedAttempt(digest(31), reason: "404", nextTry: clock.now.adding(seconds: 60))])
    #expect(try await wanted(catalog, eager) == [digest(41)])
    try await catalog.tryFilesAtOnce()
    let files = try await catalog.wantedFiles(eager, limit: 10)
    #expect(files.map(\.file.digest) == [digest(31), digest(41)])
    #expect(files.map(\.attempts) == [1, 0])
  }
}
