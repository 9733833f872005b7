import Catalog
import Foundation
import Synchronization
import Testing
import UpdateModel

#if canImport(Glibc)
  import Glibc
#endif

/// One synchronization as a replica does it, from whatever an earlier, killed run left.
enum CrashScenario {
  static let categories = (1...8).map { number in
    revision(number, kind: number > 6 ? .category(.updateClassification) : .category(.product))
  }
  static let updates = (20..<80).map { number in
    revision(number, Int32(number % 3 + 1), categories: [number % 6 + 1, 7]) {
      $0.files = [file(number), file(number / 2)]
      if number % 5 == 0 {
        $0.bundledUpdates = [BundleClause(identities: [identity(number - 1, Int32((number - 1) % 3 + 1))])]
      }
    }
  }

  static func run(_ catalog: Catalog) async throws {
    try await catalog.becomeReplica()
    try await catalog.useUpstream("http://uss:8530")
    try await fetch(.configuration, categories, catalog)
    try await fetch(.updates, updates, catalog)
    let wasFull = try await catalog.upstream().deploymentAnchor == nil
    if wasFull { try await catalog.apply(state, wasFull: wasFull) }
  }

  private static func fetch(_ kind: ListingKind, _ source: [StagedRevision], _ catalog: Catalog) async throws {
    if try await catalog.upstream().anchor(kind) != nil { return }
    if try await catalog.pendingListing(kind) == nil {
      _ = try await catalog.beginListing(
        kind, anchor: SyncAnchor("\(kind)"), identities: source.map(\.metadata.identity))
    }
    var after: Int64 = 0
    while true {
      let page = try await catalog.pendingIdentities(kind, after: after, limit: 7)
      guard let last = page.last else { break }
      let wanted = Set(page.map(\.identity))
      try await catalog.stage(kind, source.filter { wanted.contains($0.metadata.identity) })
      after = last.position
    }
    try await catalog.publish(kind)
  }

  private static let state: DeploymentState = {
    let lab = TargetGroup(targetGroupID: guid(500), name: "Lab", parentGroupID: allComputers, isBuiltin: false)
    let deployments = (20..<60).map { number in
      Deployment(
        deploymentID: guid(900 + number), identity: identity(number, Int32(number % 3 + 1)),
        targetGroupID: number % 2 == 0 ? allComputers : guid(500), action: .install,
        goLiveTime: Timestamp(year: 2020, month: 1, day: 1))
    }
    return DeploymentState(
      anchor: DeploymentAnchor("d"), groups: [.allComputers, .unassignedComputers, lab], deployments: deployments,
      hiddenUpdates: [guid(21), guid(33)], acceptedEULAs: [guid(70)])
  }()

  /// Statements of an undisturbed run, those of opening included.
  static func statements(at path: String) async throws -> Int {
    let seen = Mutex(0)
    let catalog = try await Catalog.open(
      path: path, clock: TestClock().closure, check: .automatic, trace: { seen.withLock { $0 += 1 } })
    try await run(catalog)
    return seen.withLock { $0 }
  }

  /// Ends this process with SIGKILL before its `count`-th statement.
  static func killer(at count: Int) -> @Sendable () -> Void {
    let seen = Mutex(0)
    return {
      let now = seen.withLock {
        $0 += 1
        return $0
      }
      if now == count { kill(getpid(), SIGKILL) }
    }
  }
}

struct CrashTests {
  @Test(
    "SSS-222, SSS-391: killed before any of its statements, a sync shows old or new state only and ends like an undisturbed one",
    arguments: 0..<40)
  func killedAtStatement(seed: Int) async throws {
    try await check(seed) { path, count in
      // Spread over the whole run; the last seed hits its last statements.
      let statement = 1 + (count - 2) * (seed + 1) / 40
      await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String, statement = statement as Int] in
        let catalog = try await Catalog.open(
          path: path, clock: TestClock().closure, check: .automatic, trace: CrashScenario.killer(at: statement))
        try await CrashScenario.run(catalog)
        kill(getpid(), SIGKILL)
      }
    }
  }

  @Test("SSS-391: killed at any moment, a sync ends like an undisturbed one", arguments: 0..<20)
  func killedAtMoment(seed: Int) async throws {
    try await check(seed) { path, _ in
      await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String, seed = seed as Int] in
        let catalog = try await Catalog.open(path: path, clock: TestClock().closure)
        Thread.detachNewThread {
          usleep(UInt32(1000 + seed * 2500))
          kill(getpid(), SIGKILL)
        }
        try await CrashScenario.run(catalog)
        kill(getpid(), SIGKILL)
      }
    }
  }

  private func check(_ seed: Int, killed: (String, Int) async throws -> Void) async throws {
    let folder = try TemporaryFolder()
    let undisturbed = folder.path + "/undisturbed.sqlite"
    let statements = try await CrashScenario.statements(at: undisturbed)
    #expect(statements > 500)
    let path = folder.path + "/killed.sqlite"
    try await killed(path, statements)
    let catalog = try await folder.catalog("killed")
    #expect(try await catalog.quickCheck() == nil)
    try await expectNothingHalf(catalog)
    try await CrashScenario.run(catalog)
    #expect(try CatalogDump.lines(path, CatalogDump.all) == CatalogDump.lines(undisturbed, CatalogDump.all))
    #expect(
      try CatalogDump.lines(path, CatalogDump.replicated)
        == CatalogDump.lines(undisturbed, CatalogDump.replicated))
  }

  /// Each of the three visible commits has happened whole or not at all.
  private func expectNothingHalf(_ catalog: Catalog) async throws {
    let upstream = try await catalog.upstream()
    let categories = try await catalog.list(configuration: true).count
    #expect(categories == (upstream.categoryAnchor == nil ? 0 : CrashScenario.categories.count))
    let updates = try await catalog.list().count
    #expect(updates == (upstream.updateAnchor == nil ? 0 : CrashScenario.updates.count))
    let counts = try await catalog.counts()
    #expect(counts.liveDeployments == (upstream.deploymentAnchor == nil ? 0 : 40))
    #expect(counts.hiddenUpdates == (upstream.deploymentAnchor == nil ? 0 : 2))
  }
}
