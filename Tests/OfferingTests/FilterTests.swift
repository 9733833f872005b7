import Offering
import Testing
import UpdateModel

/// Two products (1, 2), a detectoid (3), an update of each product (4, 5), one of which is a bundle (of 6).
struct FilterTests {
  private func site() -> Site {
    var site = Site()
    site.add(1, .category)
    site.add(2, .category)
    site.add(3, .detectoid)
    site.add(4, needs: [.category(1), .any(3)], bundles: [(6, 1)])
    site.add(5, needs: [.category(2), .any(1, 3)])
    site.add(6)
    site.approve(4, 1)
    site.approve(5, 1)
    return site
  }

  private let installed: [Int32] = [1, 2, 3]

  @Test("WUSP-223: a filter leaves what is of its categories, and what that needs")
  func filters() {
    let offer = site().offer()
    #expect(offer.sync(.software(filter: [1])).newIDs == [1, 3, 6])
    #expect(offer.sync(.software(installed: installed, filter: [1])).newIDs == [4, 6])
    #expect(offer.sync(.software(installed: installed, filter: [2])).newIDs == [5])
    #expect(offer.sync(.software(installed: installed, filter: [1, 2])).newIDs == [4, 5, 6])
    // A detectoid is no category, and what has no update is related to nothing.
    #expect(offer.sync(.software(filter: [3, 99])).newIDs == [])
    #expect(offer.sync(.software(filter: [])).newIDs == [])
  }

  @Test("WUSP-224: clients that do not know filters get everything")
  func oldClient() {
    let answer = site().offer().sync(.software(installed: installed, filter: [1], splits: true, version: "1.6"))
    #expect(answer.newIDs == [4, 5, 6])
  }

  @Test("WUSP-225, WUSP-226: what is deployed and filtered out is listed apart")
  func split() {
    let offer = site().offer()
    let cached: [Int32] = [4, 5, 6, 77]
    let answer = offer.sync(.software(installed: installed, cached: cached, filter: [2], splits: true))
    #expect(answer.outOfScope == [77])
    #expect(answer.deployedOutOfScope == [4, 6])
    let whole = offer.sync(.software(installed: installed, cached: cached, filter: [2]))
    #expect(whole.outOfScope == [4, 6, 77])
  }

  @Test("WUSP-227: the second list is absent unless asked for by a client that may")
  func noSplit() {
    let offer = site().offer()
    #expect(offer.sync(.software(cached: [4], filter: [2])).deployedOutOfScope == nil)
    #expect(offer.sync(.software(cached: [4], splits: true, version: "1.6")).deployedOutOfScope == nil)
    #expect(offer.sync(.software(cached: [4], splits: true, version: "1.7")).deployedOutOfScope != nil)
  }

  @Test("a filtered scan does not use up changes of what it leaves out")
  func changesBehindFilters() {
    var site = site()
    let first = site.offer().sync(.software(installed: installed))
    site.change(1) { $0.isAssigned = false }
    let filtered = site.offer().sync(
      .software(installed: installed, cached: [4, 5, 6], filter: [2], splits: true, since: first.mark))
    #expect(filtered.changed.isEmpty)
    let second = site.offer().sync(.software(installed: installed, cached: [4, 5, 6], since: filtered.mark))
    #expect(second.changedIDs == [4])
  }

  @Test("a filtered scan as a member of other groups leaves no mark of the old ones")
  func marksOfOtherGroups() {
    var site = site()
    let group = site.addGroup(1)
    site.approve(5, 1, for: group, .uninstall)
    let first = site.offer().sync(.software(installed: [1, 3], cached: [6]))
    #expect(first.newIDs == [2, 4])
    let filtered = site.offer(to: [group]).sync(
      .software(installed: [1, 2, 3], cached: [4, 6], filter: [2], splits: true, since: first.mark))
    #expect(filtered.new.map(\.deployment.action) == [.uninstall])
    let back = site.offer().sync(.software(installed: [1, 2, 3], cached: [4, 5, 6], since: filtered.mark))
    #expect(back.changed.first { $0.revisionID == 5 }?.deployment.action == .install)
  }

  @Test("what changed while its prerequisites did not hold comes as new when they do")
  func changesBehindPrerequisites() {
    var site = site()
    let first = site.offer().sync(.software(installed: installed))
    site.change(1) { $0.isAssigned = false }
    let without = site.offer().sync(
      .software(installed: [1, 2], cached: [3, 4, 5, 6], splits: true, since: first.mark))
    #expect(without.outOfScope == [4])
    let again = site.offer().sync(.software(installed: [1], cached: [2, 3, 5, 6], splits: true, since: without.mark))
    #expect(again.deployedOutOfScope == [5])
    #expect(again.outOfScope.isEmpty)
  }

  @Test("WUSP-228, WUSP-229: whether a driver pass is needed, for clients that may know")
  func driverPass() {
    var site = site()
    #expect(site.offer().sync(.software()).driverSyncNotNeeded == true)
    site.add(7, .driver)
    #expect(site.offer().sync(.software()).driverSyncNotNeeded == true)
    site.approve(7, 1)
    #expect(site.offer().sync(.software()).driverSyncNotNeeded == false)
    #expect(site.offer().sync(.software(version: "1.7")).driverSyncNotNeeded == false)
    #expect(site.offer().sync(.software(version: "1.6")).driverSyncNotNeeded == nil)
    #expect(site.offer().sync(.software(filter: [1])).driverSyncNotNeeded == true)
    #expect(site.offer().sync(.drivers([])).driverSyncNotNeeded == true)
  }
}
