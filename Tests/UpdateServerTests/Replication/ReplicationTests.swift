import Catalog
import TestSupport
import Testing
import UpdateModel
import WireFormat

@testable import UpdateServer

/// Two replicas of a USS that changes all the time. Who goes on next, the seed decides at every request.
@Suite struct ReplicationTests {
  @Test(
    "SSS-206, SSS-136, SSS-203: random changes of a USS and two replicas that run at random moments end equal",
    arguments: 1...16)
  func endsEqual(_ seed: UInt64) async throws {
    try await ServerRig.run { rig async throws in
      var random = SeededGenerator(seed: seed)
      var administrator = RandomAdministrator(rig, seed: seed)
      let replicas = [
        try await WireReplica(rig, GUID(high: 0xD55, low: 1)), try await WireReplica(rig, GUID(high: 0xD55, low: 2)),
      ]
      let batons = replicas.map { _ in Baton() }
      let isKilling = Watched(true)
      let runs = Watched(0)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for (index, replica) in replicas.enumerated() {
          let baton = batons[index]
          let luck = SeededGenerator(seed: seed &* 1_000 + UInt64(index))
          group.addTask { try await Self.runs(of: replica, baton, luck, isKilling, runs) }
        }
        for _ in 0..<140 {
          switch Int.random(in: 0..<5, using: &random) {
          case 0, 1: try await administrator.act()
          case let turn: await batons[turn % 2].advance()
          }
        }
        isKilling.update { $0 = false }
        for baton in batons { baton.end() }
        try await group.waitForAll()
      }
      // The USS is quiet now. A run ends what was begun, the next one takes the rest.
      for replica in replicas {
        for _ in 0..<2 { try await replica.sync {} }
        let differences = try await Facts(replica.catalog).differences(from: Facts(rig.catalog))
        #expect(differences.isEmpty, "seed \(seed), \(administrator.deeds.joined(separator: " ")): \(differences)")
        #expect(try await replica.catalog.quickCheck() == nil)
      }
      #expect(runs.value >= 2, "seed \(seed): too few runs to mean anything")
    }
  }

  /// Runs until there are no more turns. One in 25 steps is the death of the run.
  private static func runs(
    of replica: WireReplica, _ baton: Baton, _ luck: SeededGenerator, _ isKilling: Watched<Bool>, _ runs: Watched<Int>
  ) async throws {
    defer { baton.left() }
    guard await baton.begin() else { return }
    let random = Watched(luck)
    var goesOn = true
    while goesOn {
      do {
        try await replica.sync {
          guard await baton.step() else { throw WireReplica.Killed() }
          let isDeath = random.update { Int.random(in: 0..<25, using: &$0) == 0 }
          if isKilling.value, isDeath { throw WireReplica.Killed() }
        }
        runs.update { $0 += 1 }
      } catch is WireReplica.Killed {}
      goesOn = await baton.step()
    }
  }
}

/// What a USS and its replica must have equal, as a DSS would see it.
private struct Facts {
  private let parts: [String: Set<String>]

  init(_ catalog: Catalog) async throws {
    let everything = RevisionFilter(anchor: nil, isConfiguration: false)
    let categories = RevisionFilter(anchor: nil, isConfiguration: true)
    var revisions: [UpdateIdentity] = []
    for filter in [everything, categories] {
      revisions += try await catalog.revisionIDList(filter, dssVersion: .announced).identities
    }
    let mark = SyncAnchor(try await catalog.mark().description)
    let state = try await catalog.deployments(since: nil, upTo: mark)
    parts = [
      "revisions": Set(
        try await catalog.updateData(revisions).map {
          "\($0.identity) \(String(decoding: $0.document, as: UTF8.self)) \($0.locations.map { "\($0)" }.sorted())"
        }),
      "groups": Set(state.groups.map { "\($0)" }), "deployments": Set(state.deployments.map { "\($0)" }),
      "hidden": Set(state.hiddenUpdates.map { "\($0)" }), "EULAs": Set(state.acceptedEULAs.map { "\($0)" }),
    ]
  }

  func differences(from other: Facts) -> [String] {
    parts.keys.sorted().flatMap { part in
      let (mine, theirs) = (parts[part] ?? [], other.parts[part] ?? [])
      return mine.subtracting(theirs).sorted().prefix(2).map { "\(part): unexpected \($0.prefix(300))" }
        + theirs.subtracting(mine).sorted().prefix(2).map { "\(part): missing \($0.prefix(300))" }
    }
  }
}
