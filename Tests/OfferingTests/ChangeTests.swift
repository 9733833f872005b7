import Offering
import Testing
import UpdateModel

struct ChangeTests {
  /// What the client held after its scans: everything, each with what it was told last.
  private func scan(_ site: Site, _ cached: [Int32], _ mark: OfferMark?, groups: Set<GUID> = [Site.allComputers])
    -> SyncAnswer
  {
    site.offer(to: groups).sync(.software(installed: cached, cached: cached, since: mark))
  }

  @Test("WUSP-195, WUSP-198: a changed deployment is told once")
  func changed() {
    var site = Site()
    site.add(1)
    site.add(2)
    let number = site.approve(1, 1)
    site.approve(2, 1)
    let first = scan(site, [], nil)
    site.change(number) { $0.isAssigned = false }
    let second = scan(site, [1, 2], first.mark)
    #expect(second.changedIDs == [1])
    #expect(second.changed.first?.deployment.isAssigned == false)
    let third = scan(site, [1, 2], second.mark)
    #expect(third.changed.isEmpty && third.new.isEmpty && third.outOfScope.isEmpty)
  }

  @Test("WUSP-198: approvals for other groups are not told")
  func otherGroups() {
    var site = Site()
    let other = site.addGroup(1)
    site.add(1)
    site.approve(1, 1)
    let first = scan(site, [], nil)
    site.approve(1, 1, for: other, .uninstall)
    #expect(scan(site, [1], first.mark).changed.isEmpty)
  }

  @Test("WUSP-199: a computer that moves to other groups is told everything that it holds")
  func moved() {
    var site = Site()
    let groups = [site.addGroup(1), site.addGroup(2)]
    site.add(1)
    site.add(2)
    site.approve(1, 1)
    site.approve(2, 1, for: groups[0], .scan)
    site.approve(2, 1, for: groups[1], .install)
    let first = scan(site, [], nil, groups: [groups[0]])
    let second = scan(site, [1, 2], first.mark, groups: [groups[1]])
    #expect(second.changedIDs == [1, 2])
    #expect(second.changed.last?.deployment.action == .install)
    #expect(scan(site, [1, 2], second.mark, groups: [groups[1]]).changed.isEmpty)
  }

  @Test("A-29: groups that move below others are other groups")
  func reparented() {
    var site = Site()
    let upper = site.addGroup(1)
    let group = site.addGroup(2)
    site.add(1)
    site.approve(1, 1)
    site.approve(1, 1, for: upper, .uninstall)
    let first = scan(site, [], nil, groups: [group])
    site.groups[3].parentGroupID = upper
    _ = site.take()
    #expect(scan(site, [1], first.mark, groups: [group]).changed.map(\.deployment.action) == [.uninstall])
  }

  @Test("WUSP-200: a removed approval leaves a dependency to evaluate, or nothing")
  func removed() {
    var site = Site()
    site.add(1, .detectoid)
    site.add(2, needs: [.any(1)])
    let approvals = [site.approve(1, 1), site.approve(2, 1)]
    let first = scan(site, [], nil)
    site.remove(approvals[0])
    let second = scan(site, [1, 2], first.mark)
    #expect(second.changed.map(\.deployment.action) == [.evaluate])
    #expect(second.changed.map(\.deployment.number) == [0x4000_0001])
    site.remove(approvals[1])
    #expect(scan(site, [1, 2], second.mark).outOfScope == [1, 2])
  }

  @Test("an approval that goes on to a newer revision is told of the older one, too")
  func movedToNewerRevision() {
    var site = Site()
    site.add(1)
    site.add(1, needs: [.any(3)])
    site.add(2, bundles: [(1, 1)])
    site.add(3, .detectoid)
    let number = site.approve(1, 1)
    site.approve(2, 1)
    let first = site.offer().sync(.software())
    site.change(number) { $0.revisionNumber = 2 }
    let second = site.offer().sync(.software(cached: [1, 3, 4], since: first.mark))
    #expect(second.changed.map(\.deployment.action) == [.bundle])
  }

  @Test("A-30: what a deployed bundle holds and others need turns from Bundle to Evaluate and back")
  func flipping() {
    var site = Site()
    site.add(1)
    site.add(2, bundles: [(1, 1)])
    site.add(3, needs: [.any(2)])
    site.add(4, needs: [.any(1)])
    site.approve(4, 1)
    let first = scan(site, [], nil)
    #expect(first.new.map(\.deployment.action) == [.evaluate])
    // The bundle itself comes in because something else needs it.
    let number = site.approve(3, 1)
    let second = scan(site, [1], first.mark)
    #expect(second.changed.map(\.deployment.action) == [.bundle])
    site.remove(number)
    let third = scan(site, [1], second.mark)
    #expect(third.changed.map(\.deployment.action) == [.evaluate])
    site.approve(3, 1, goLive: site.now.adding(seconds: 5))
    let fourth = scan(site, [1], third.mark)
    site.now = site.now.adding(seconds: 9)
    #expect(scan(site, [1], fourth.mark).changed.map(\.deployment.action) == [.bundle])
  }

  @Test("marks that say nothing: none, from before the last purge, from later than now")
  func unusableMarks() {
    var site = Site()
    site.add(1)
    site.add(2)
    site.approve(1, 1)
    let number = site.approve(2, 1)
    let first = scan(site, [], nil)
    #expect(scan(site, [1, 2], nil).changedIDs == [1, 2])
    site.remove(number)
    site.purgeTombstones()
    #expect(scan(site, [1], first.mark).changedIDs == [1])
    var later = scan(site, [1], first.mark).mark
    #expect(scan(site, [1], later).changed.isEmpty)
    later?.sequence += 1
    #expect(scan(site, [1], later).changedIDs == [1])
  }

  @Test("WUSP-202: the mark is of the snapshot that was answered, the same in every process")
  func mark() {
    var site = Site()
    let group = site.addGroup(1)
    site.add(1)
    site.approve(1, 1)
    let offer = site.offer(to: [group])
    let mark = offer.sync(.software()).mark
    #expect(mark == OfferMark(sequence: site.sequence, time: site.now, groupSet: offer.groupSet))
    #expect(offer.groupSet == 0xd677_6795_e852_681f)
    #expect(offer.groupSet == site.offer(to: [group, Site.allComputers]).groupSet)
    #expect(offer.groupSet != site.offer().groupSet)
  }
}
