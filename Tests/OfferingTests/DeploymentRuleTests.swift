import Offering
import Testing
import UpdateModel

struct DeploymentRuleTests {
  private func deployment(_ site: Site, _ groups: Set<GUID>) -> EffectiveDeployment? {
    site.offer(to: groups).sync(.software()).new.first { $0.revisionID == 1 }?.deployment
  }

  private func site() -> Site {
    var site = Site()
    site.add(1)
    return site
  }

  @Test(
    "WUSP-207, WUSP-208, WUSP-209: actions of the server and what clients see of them",
    arguments: [
      (.install, .install), (.uninstall, .uninstall), (.scan, .preDeploymentCheck), (.block, .preDeploymentCheck),
      (DeploymentAction(rawValue: 4), nil),
    ] as [(DeploymentAction, OfferedAction?)])
  func actions(action: DeploymentAction, offered: OfferedAction?) {
    var site = site()
    site.approve(1, action)
    #expect(deployment(site, [Site.allComputers])?.action == offered)
  }

  @Test(
    "WUSP-221: across groups Install goes before Uninstall before PreDeploymentCheck before Block",
    arguments: [
      (.install, .uninstall, .install), (.install, .scan, .install), (.install, .block, .install),
      (.uninstall, .scan, .uninstall), (.uninstall, .block, .uninstall), (.scan, .block, .preDeploymentCheck),
    ] as [(DeploymentAction, DeploymentAction, OfferedAction)])
  func acrossGroups(one: DeploymentAction, other: DeploymentAction, offered: OfferedAction) {
    for actions in [[one, other], [other, one]] {
      var site = site()
      let groups = [site.addGroup(1), site.addGroup(2)]
      for (group, action) in zip(groups, actions) { site.approve(1, for: group, action) }
      #expect(deployment(site, Set(groups))?.action == offered)
    }
  }

  @Test("WUSP-221: several installs: earliest deadline, assigned if one is, highest priority, latest change")
  func merge() {
    var site = site()
    let groups = [site.addGroup(1), site.addGroup(2), site.addGroup(3)]
    let deadlines = [Timestamp.endOfTime, Site.start.adding(seconds: 9), Site.start.adding(seconds: 5)]
    for index in 0..<3 {
      site.now = site.now.adding(seconds: 86_400)
      site.approve(
        1, for: groups[index], deadline: deadlines[index], isAssigned: index == 1, priority: index == 0 ? 3 : 1)
    }
    let expected = EffectiveDeployment(
      number: 3, action: .install, deadline: deadlines[2], isAssigned: true, lastChange: CivilDate(of: site.now),
      downloadPriority: 3)
    #expect(deployment(site, Set(groups)) == expected)
  }

  @Test("WUSP-222: groups inherit approvals, and the nearest group that has one decides")
  func nested() {
    var site = site()
    let upper = site.addGroup(1)
    let middle = site.addGroup(2, below: upper)
    let lower = site.addGroup(3, below: middle)
    site.approve(1, for: Site.allComputers, .scan)
    #expect(deployment(site, [lower])?.action == .preDeploymentCheck)
    site.approve(1, for: upper, .install)
    #expect(deployment(site, [lower])?.action == .install)
    let near = site.approve(1, for: middle, .uninstall)
    #expect(deployment(site, [lower])?.action == .uninstall)
    #expect(deployment(site, [middle])?.action == .uninstall)
    #expect(deployment(site, [upper])?.action == .install)
    // Every computer is also told to belong to All Computers: that takes nothing from a nearer group.
    #expect(deployment(site, [lower, Site.allComputers])?.action == .uninstall)
    site.remove(near)
    #expect(deployment(site, [lower])?.action == .install)
  }

  @Test("WUSP-222: Block hides what lies above in its own chain only")
  func blockInChain() {
    var site = site()
    let blocked = site.addGroup(1)
    let free = site.addGroup(2)
    site.approve(1, for: Site.allComputers, .install)
    site.approve(1, for: blocked, .block)
    #expect(deployment(site, [blocked, Site.allComputers])?.action == .preDeploymentCheck)
    #expect(deployment(site, [blocked, free])?.action == .install)
  }

  @Test("WUSP-210, WUSP-211: a deadline at the end of time is none")
  func deadline() {
    var site = site()
    let number = site.approve(1)
    #expect(deployment(site, [Site.allComputers])?.deadline == nil)
    site.change(number) { $0.deadline = Timestamp("9999-12-31T23:59:59")! }
    #expect(deployment(site, [Site.allComputers])?.deadline == nil)
    site.change(number) { $0.deadline = Site.start }
    #expect(deployment(site, [Site.allComputers])?.deadline == Site.start)
  }

  @Test("WUSP-212, SSS-216: a deployment counts from its GoLiveTime on, and clients are told")
  func goLive() {
    var site = site()
    site.approve(1, .scan)
    let live = site.now.adding(seconds: 60)
    site.approve(1, .install, goLive: live)
    let before = site.offer().sync(.software())
    #expect(before.new.map(\.deployment.action) == [.preDeploymentCheck])
    #expect(site.offer().validUntil == live)
    site.now = live
    let after = site.offer().sync(.software(cached: [1], since: before.mark))
    #expect(after.changed.map(\.deployment.action) == [.install])
    #expect(site.offer().validUntil == .endOfTime)
    #expect(site.offer().sync(.software(cached: [1], since: after.mark)).changed.isEmpty)
    // A clock that went back.
    site.now = Site.start
    #expect(
      site.offer().sync(.software(cached: [1], since: after.mark)).changed.map(\.deployment.action)
        == [.preDeploymentCheck])
  }

  @Test("WUSP-213: the last change is a date, of the arrival for what is only implied")
  func lastChange() {
    var site = Site()
    site.add(1, .detectoid)
    site.now = site.now.adding(seconds: 3 * 86_400)
    site.add(2, needs: [.any(1)])
    site.now = site.now.adding(seconds: 3 * 86_400)
    site.approve(2)
    let new = site.offer().sync(.software()).new + site.offer().sync(.software(installed: [1])).new
    #expect(new.map { "\($0.deployment.lastChange)" } == ["2026-03-01", "2026-03-07"])
    #expect(new.map(\.deployment.number) == [0x4000_0001, 1])
  }

  @Test("WUSP-217: an approval that only offers is an install that is not assigned")
  func optional() {
    var site = site()
    site.approve(1, .install, isAssigned: false)
    #expect(deployment(site, [Site.allComputers])?.action == .install)
    #expect(deployment(site, [Site.allComputers])?.isAssigned == false)
  }

  @Test("WUSP-218: what an EULA covers that nobody accepted is not offered for install")
  func eula() {
    var site = site()
    site.approve(1, deadline: Site.start)
    site.setAccepted(1, false)
    let before = site.offer().sync(.software())
    #expect(before.new.map(\.deployment.action) == [.preDeploymentCheck])
    #expect(before.new.map(\.deployment.deadline) == [nil])
    site.setAccepted(1, true)
    let after = site.offer().sync(.software(cached: [1], since: before.mark))
    #expect(after.changed.map(\.deployment.action) == [.install])
  }

  @Test("WUSP-220: an install whose content is missing is a PreDeploymentCheck until it is complete")
  func content() {
    var site = site()
    let other = site.addGroup(1)
    site.approve(1)
    site.approve(1, for: other, .uninstall)
    site.setComplete(1, false)
    let before = site.offer().sync(.software())
    #expect(before.new.map(\.deployment.action) == [.preDeploymentCheck])
    #expect(deployment(site, [other])?.action == .uninstall)
    site.setComplete(1, true)
    let after = site.offer().sync(.software(cached: [1], since: before.mark))
    #expect(after.changed.map(\.deployment.action) == [.install])
  }
}

extension Site {
  fileprivate mutating func approve(
    _ update: Int32, _ action: DeploymentAction, isAssigned: Bool = true, goLive: Timestamp? = nil
  ) {
    approve(update, 1, for: Site.allComputers, action, isAssigned: isAssigned, goLive: goLive)
  }
}
