import Catalog
import ContentStore
import Foundation
import TestSupport
import Testing
import UpdateModel

extension EndToEnd {
  @Suite struct ChainTests {
    /// A <- B <- C, all replicas of A, with a relay before each server.
    struct Chain: Sendable {
      let root: UpstreamRig
      let middle: DownstreamSite
      let leaf: DownstreamSite
      let rootRelay: Relay
      let middleRelay: Relay

      static func run(
        middle: DownstreamSite.Content, leaf: DownstreamSite.Content, _ body: @Sendable (Chain) async throws -> Void
      ) async throws {
        try await UpstreamRig.run { root in
          let rootRelay = try Relay(to: root.port)
          let site = try await DownstreamSite(upstream: rootRelay.url, content: middle)
          try await site.serving { port in
            let relay = try Relay(to: port)
            let end = try await DownstreamSite(upstream: relay.url, content: leaf)
            try await body(Chain(root: root, middle: site, leaf: end, rootRelay: rootRelay, middleRelay: relay))
          }
          try await site.expectSoundContent()
        }
      }

      func syncBoth() async throws {
        try await middle.syncCompletely()
        try await leaf.syncCompletely()
      }

      func expectEqual(_ occasion: String) throws {
        let wanted = try ReplicatedFacts.of(root.catalog.path)
        for (name, site) in [("B", middle), ("C", leaf)] {
          let found = try ReplicatedFacts.of(site.catalogFile)
          for (table, facts) in wanted {
            let other = found[table] ?? []
            #expect(
              other == facts,
              """
              \(occasion): \(name): \(table): \(facts.subtracting(other).sorted().prefix(3)) missing, \
              \(other.subtracting(facts).sorted().prefix(3)) unexpected
              """)
          }
        }
      }
    }

    @Test("SSS-373, SSS-379, SSS-380, SSS-171: C equals A through B, metadata bytes included, month after month")
    func equalMonthAfterMonth() async throws {
      try await Chain.run(middle: .eager, leaf: .eager) { chain in
        let catalog = chain.root.catalog
        try await chain.syncBoth()
        try chain.expectEqual("first month")

        let groups = try await catalog.groups()
        let pilot = try #require(groups.first { $0.name == "Pilot" })
        let updates = try await chain.root.approvable()
        let approval = try await catalog.approve(
          ApprovalRequest(
            updateID: updates[0], targetGroupID: pilot.targetGroupID, adminName: "Grace <h&r>",
            deadline: Timestamp(year: 2027, month: 2, day: 3), goLiveTime: Timestamp(year: 2026, month: 12, day: 1),
            isAssigned: false, downloadPriority: 3))
        try await catalog.decline(updates[1])
        try await chain.syncBoth()
        try chain.expectEqual("approvals")
        let copy = try await Self.deployment(approval.deploymentID, of: updates[0], in: chain.leaf)
        #expect(copy == approval, "every field of the approval has come along")

        try await chain.root.grow()
        try await catalog.removeDeployment(approval.deploymentID)
        try await catalog.undecline(updates[1])
        try await catalog.decline(updates[2])
        try await chain.syncBoth()
        try chain.expectEqual("second month")
        #expect(try await Self.deployment(approval.deploymentID, of: updates[0], in: chain.leaf) == nil)

        let content = try StateDump(state: chain.leaf.state).content
        #expect(content == (try StateDump(state: chain.middle.state)).content)
        #expect(!content.isEmpty)
        chain.rootRelay.watch()
        try await chain.middle.syncCompletely()
        let calls = chain.rootRelay.seen.operations
        #expect(!calls.contains("GetUpdateData") && !calls.contains { $0.hasPrefix("GET ") }, "nothing new: \(calls)")
        try await chain.leaf.expectSoundContent()
      }
    }

    @Test("SSS-249: a file that C asks B for travels with the next runs from A to B, then to C")
    func requestedFilesTravel() async throws {
      try await Chain.run(middle: .lazy, leaf: .eager) { chain in
        // A does not have one of its files yet.
        let late = try #require(try await chain.root.store.allDigests().first)
        let kept = try await Self.takeAway(late, from: chain.root)

        let first = try await chain.middle.sync()
        #expect(first.status == 0 || first.status == 3, "\(first.words)")
        let approvedOnly = try StateDump(state: chain.middle.state).content.count
        chain.middleRelay.watch()
        let asked = try await chain.leaf.sync()
        #expect(asked.status == 3, "files are missing: \(asked.words)")
        #expect(chain.middleRelay.seen.operations.contains("DownloadFiles"), "C asks B")

        chain.rootRelay.watch()
        let fetched = try await chain.middle.sync()
        #expect(fetched.status == 3, "one file is not at A: \(fetched.words)")
        #expect(chain.rootRelay.seen.operations.contains("DownloadFiles"), "B asks A")
        #expect(try StateDump(state: chain.middle.state).content.count > approvedOnly, "B has fetched what C asked for")
        let requested = try await chain.root.catalog.files([late]).first
        #expect(requested?.isRequestedByDownstream == true, "the request of C has come to A")

        try FileManager.default.moveItem(atPath: kept.aside, toPath: kept.place)
        try await chain.root.catalog.markPresent([late])
        for site in [chain.middle, chain.leaf] {
          try site.endWaiting()
          try await site.syncCompletely()
        }
        let (middle, leaf) = (try StateDump(state: chain.middle.state), try StateDump(state: chain.leaf.state))
        #expect(leaf.content == middle.content, "C is eager, and B has all that C wanted")
        #expect(leaf.content.keys.contains { $0.contains(late.hex) })
        try await chain.leaf.expectSoundContent()
      }
    }

    @Test(
      "SSS-206: approvals come and go while two replicas sync, and both end equal to their USS", arguments: [11, 12])
    func windows(_ seed: Int) async throws {
      try await UpstreamRig.run { root in
        let sites = [
          try await DownstreamSite(upstream: "http://127.0.0.1:\(root.port)", content: .none),
          try await DownstreamSite(upstream: "http://127.0.0.1:\(root.port)", content: .none),
        ]
        for site in sites { try await site.syncCompletely() }
        let isOver = Gate()
        try await withThrowingTaskGroup(of: Int.self) { group in
          for site in sites {
            group.addTask {
              var runs = 0
              while !isOver.isOpen {
                try await site.syncCompletely()
                runs += 1
              }
              return runs
            }
          }
          defer { isOver.open() }
          try await Self.administer(root, seed: UInt64(seed), changes: 400)
          isOver.open()
          for try await runs in group { #expect(runs > 1, "replicas synchronized in between") }
        }
        for site in sites { try await site.syncCompletely() }
        let wanted = try ReplicatedFacts.of(root.catalog.path)
        for site in sites {
          #expect(try ReplicatedFacts.of(site.catalogFile) == wanted)
          try await site.expectSoundContent()
        }
      }
    }

    /// Seeded changes of everything that a deployment answer carries.
    private static func administer(_ root: UpstreamRig, seed: UInt64, changes: Int) async throws {
      var generator = SeededGenerator(seed: seed)
      let updates = try await root.approvable()
      var groups = [TargetGroup.allComputers.targetGroupID]
      var live: [GUID] = []
      for number in 0..<changes {
        let update = updates.randomElement(using: &generator) ?? .zero
        switch Int.random(in: 0..<10, using: &generator) {
        case 0: groups.append(try await root.catalog.createGroup(name: "Group \(number)").targetGroupID)
        case 1 where groups.count > 1:
          let group = groups.remove(at: .random(in: 1..<groups.count, using: &generator))
          try await root.catalog.deleteGroup(group)
          live.removeAll()
        case 2: try await root.catalog.decline(update)
        case 3: try await root.catalog.undecline(update)
        case 4...5 where !live.isEmpty:
          try await root.catalog.removeDeployment(live.remove(at: .random(in: 0..<live.count, using: &generator)))
        default:
          let group = groups.randomElement(using: &generator) ?? .zero
          let made = try await root.catalog.approve(
            ApprovalRequest(updateID: update, targetGroupID: group, adminName: "change \(number)"))
          if !live.contains(made.deploymentID) { live.append(made.deploymentID) }
        }
        // Gives the replicas a turn between changes.
        try await Task.sleep(for: .milliseconds(5))
      }
    }

    private static func deployment(_ id: GUID, of update: GUID, in site: DownstreamSite) async throws -> Deployment? {
      let catalog = try await site.catalog()
      let details = try await catalog.update(update)
      try catalog.close()
      return details?.approvals.map(\.deployment).first { $0.deploymentID == id }
    }

    static func takeAway(_ digest: FileDigest, from root: UpstreamRig) async throws -> (
      place: String, aside: String
    ) {
      let folder = root.folder.path("content/\(digest.folder)")
      let name = try #require(
        try FileManager.default.contentsOfDirectory(atPath: folder).first { $0.hasPrefix(digest.hex) })
      let aside = root.folder.path(name)
      try FileManager.default.moveItem(atPath: "\(folder)/\(name)", toPath: aside)
      try await root.catalog.markAbsent([digest])
      return ("\(folder)/\(name)", aside)
    }
  }
}
