import Offering
import Testing
import UpdateModel

struct SoftwarePassTests {
  @Test("WUSP-178: only what is deployed to the client's groups is considered, with all it needs")
  func twoGroups() {
    var site = Site()
    let first = site.addGroup(1)
    let second = site.addGroup(2)
    let shared = site.add(1, .detectoid)
    let one = site.add(2, needs: [.any(1)])
    let other = site.add(3, needs: [.any(1)])
    site.add(4)
    site.approve(2, for: first)
    site.approve(3, for: second)
    let answers = [first, second].map { site.offer(to: [$0]).sync(.software(installed: [shared])) }
    #expect(answers.map(\.newIDs) == [[one], [other]])
    #expect(site.offer(to: [TargetGroup.unassignedComputers.targetGroupID]).sync(.software()).new.isEmpty)
    #expect(site.offer(to: [first]).isOffered(revisionID: one))
    #expect(site.offer(to: [first]).isOffered(revisionID: shared))
    #expect(!site.offer(to: [first]).isOffered(revisionID: other))
  }

  @Test("WUSP-179, WUSP-183, WUSP-192: a chain of prerequisites comes level by level, to evaluate")
  func levels() {
    var site = Site()
    let roots = [site.add(1, .category), site.add(2, .detectoid, needs: [.category(1)])]
    let update = site.add(3, needs: [.any(2), .category(1)])
    site.approve(3)
    let offer = site.offer()
    let rounds = [[], [roots[0]], roots].map { offer.sync(.software(installed: $0)) }
    #expect(rounds.map(\.newIDs) == [[roots[0]], [roots[1]], [update]])
    #expect(rounds.map { $0.new[0].deployment.action } == [.evaluate, .evaluate, .install])
    #expect(rounds.map { $0.new[0].isLeaf } == [false, false, true])
  }

  @Test("WUSP-180, WUSP-193: members of bundles come along, of any depth, as Bundle")
  func bundles() {
    var site = Site()
    let parent = site.add(1, bundles: [(2, 1), (9, 1)])
    let member = site.add(2, bundles: [(3, 1)])
    let inner = site.add(3)
    site.add(3)
    site.approve(1)
    let answer = site.offer().sync(.software())
    #expect(answer.newIDs == [parent, member, inner])
    #expect(answer.new.map(\.deployment.action) == [.install, .bundle, .bundle])
  }

  @Test("WUSP-144: a member is bound when it comes, in whatever order")
  func lateMember() {
    var site = Site()
    let parent = site.add(1, bundles: [(2, 2)])
    let early = site.add(2)
    site.approve(1)
    #expect(site.offer().sync(.software()).newIDs == [parent])
    let member = site.add(2)
    #expect(site.offer().sync(.software()).newIDs == [parent, member])
    #expect(!site.offer().isOffered(revisionID: early))
  }

  @Test(
    "WUSP-181, WUSP-182: each clause needs one installed member",
    arguments: [
      ([], false), ([1], false), ([2], false), ([3], false), ([1, 2], false), ([1, 3], true), ([2, 3], true),
      ([1, 2, 3], true),
    ] as [([Int32], Bool)])
  func clauses(installed: [Int32], isNeeded: Bool) {
    var site = Site()
    for update: Int32 in 1...3 { site.add(update, .detectoid) }
    let update = site.add(4, needs: [.any(1, 2), .any(3)])
    site.approve(4)
    let answer = site.offer().sync(.software(installed: installed))
    #expect(answer.newIDs.contains(update) == isNeeded)
  }

  @Test("A-25: an installed revision of the update satisfies, whichever it is; a cached one does not")
  func anyRevision() {
    var site = Site()
    let old = site.add(1, .detectoid)
    let latest = site.add(1, .detectoid)
    let update = site.add(2, needs: [.any(1)])
    site.approve(2)
    let offer = site.offer()
    #expect(offer.sync(.software(installed: [old])).newIDs == [latest, update])
    #expect(offer.sync(.software(cached: [latest])).newIDs.isEmpty)
  }

  @Test("a clause of updates that are not here holds back for good")
  func absentPrerequisite() {
    var site = Site()
    site.add(1, needs: [.any(7)])
    site.approve(1)
    #expect(site.offer().sync(.software()).new.isEmpty)
    #expect(site.offer().isOffered(revisionID: 1))
  }

  @Test("WUSP-184, WUSP-250: drivers come in the driver pass only")
  func kinds() {
    var site = Site()
    let row = DriverRow(hardwareID: "PCI\\A", date: Site.start, version: 1)
    for (update, kind) in [OfferKind.software, .detectoid, .category, .driver].enumerated() {
      site.add(Int32(update), kind, drivers: kind == .driver ? [row] : [])
      site.approve(Int32(update))
    }
    #expect(site.offer().sync(.software()).newIDs == [1, 2, 3])
    #expect(site.offer().sync(.drivers([Device(hardwareIDs: ["pci\\a"])])).newIDs == [4])
  }

  @Test("WUSP-185, WUSP-186, WUSP-187: new is needed without cached, out of scope is cached without needed")
  func partition() {
    var site = Site()
    for update: Int32 in 1...4 { site.add(update) }
    for update: Int32 in 1...2 { site.approve(update) }
    let answer = site.offer().sync(.software(cached: [3, 1, .max, 0, -5, 3]))
    #expect(answer.newIDs == [2])
    #expect(answer.outOfScope == [-5, 0, 3, .max])
    #expect(answer.deployedOutOfScope == nil)
  }

  @Test("WUSP-188, WUSP-189, WUSP-190: of an update the highest revision comes, and the older one goes")
  func highestRevision() {
    var site = Site()
    let old = site.add(1)
    site.approve(1, 1)
    #expect(site.offer().sync(.software()).newIDs == [old])
    // The number decides, not the order in which revisions came.
    let latest = site.add(1, number: 9)
    let between = site.add(1, number: 5)
    site.approve(1, 9)
    site.approve(1, 5)
    let answer = site.offer().sync(.software(cached: [old, between]))
    #expect(answer.newIDs == [latest])
    #expect(answer.outOfScope == [old, between])
  }

  @Test("an update whose highest revision is not satisfied comes as the one that is")
  func satisfiedRevision() {
    var site = Site()
    let old = site.add(1)
    site.add(1, needs: [.any(2)])
    site.add(2, .detectoid)
    site.approve(1, 1)
    site.approve(1, 2)
    #expect(site.offer().sync(.software()).newIDs == [3, old])
    #expect(site.offer().sync(.software(installed: [3])).newIDs == [2])
  }

  @Test("WUSP-194, WUSP-196: IsLeaf is false iff a prerequisite of any revision names the update, and its flip is told")
  func leaves() {
    var site = Site()
    let update = site.add(1, bundles: [(2, 1)])
    site.add(2)
    site.approve(1)
    let before = site.offer().sync(.software())
    #expect(before.new.map(\.isLeaf) == [true, true])
    site.add(3, needs: [.any(1)])
    let after = site.offer().sync(.software(cached: before.newIDs, since: before.mark))
    #expect(after.changed.map(\.revisionID) == [update])
    #expect(after.changed.first?.isLeaf == false)
  }

  @Test("WUSP-203, WUSP-204, WUSP-205: rounds are cut at the limit, and each one goes on where the last one ended")
  func truncation() {
    var site = Site()
    for update: Int32 in 1...450 {
      site.add(update)
      site.approve(update)
    }
    let offer = site.offer()
    var cached: [Int32] = []
    var rounds: [(count: Int, isTruncated: Bool)] = []
    repeat {
      let answer = offer.sync(.software(cached: cached))
      rounds.append((answer.new.count, answer.isTruncated))
      cached += answer.newIDs
    } while rounds.last?.isTruncated == true
    #expect(rounds.map(\.count) == [200, 200, 50])
    #expect(rounds.map(\.isTruncated) == [true, true, false])
    #expect(cached == Array(1...450))
    #expect(offer.sync(.software(limit: 450)).isTruncated == false)
    #expect(offer.sync(.software(limit: 0)).newIDs == [1])
  }

  @Test("WUSP-205: what unlocks later rounds comes first")
  func nonLeafFirst() {
    var site = Site()
    for update: Int32 in 1...3 { site.add(update) }
    site.add(4, .detectoid)
    site.add(5, needs: [.any(4)])
    for update: Int32 in [1, 2, 3, 5] { site.approve(update) }
    #expect(site.offer().sync(.software(limit: 2)).newIDs == [4, 1])
  }

  @Test("WUSP-219: what is hidden is never offered, nor what only it needs")
  func hidden() {
    var site = Site()
    site.add(1, bundles: [(2, 1)])
    site.add(2)
    let other = site.add(3, bundles: [(4, 1)])
    site.add(4)
    site.approve(1)
    site.approve(3)
    site.hide(1)
    site.hide(4)
    #expect(site.offer().sync(.software(cached: [1, 2, 4])).newIDs == [other])
    #expect(site.offer().sync(.software(cached: [1, 2, 4])).outOfScope == [1, 2, 4])
    site.hide(1, false)
    #expect(site.offer().sync(.software()).newIDs == [1, 2, 3])
  }
}
