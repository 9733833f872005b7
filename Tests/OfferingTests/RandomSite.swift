import Offering
import TestSupport
import UpdateModel

/// A server whose catalogue and administration change at random, and small enough that rules meet each other.
struct RandomSite {
  static let computers = (1...3).map { Site.group(900 + $0) }
  static let operatingSystems = ["amd64.10.0", "arm64.10.0"]
  private static let hardwareIDs = ["PCI\\A", "pci\\b", "USB\\C", "USB\\D"]

  var site = Site()
  var dice: SeededGenerator
  private var nextUpdate: Int32 = 1

  init(seed: UInt64) {
    dice = SeededGenerator(seed: seed)
    for _ in 0..<Int.random(in: 0...3, using: &dice) { addGroup() }
    for _ in 0..<Int.random(in: 5...25, using: &dice) { addRevision() }
    for _ in 0..<Int.random(in: 1...10, using: &dice) { approve() }
  }

  mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &dice) < percent }

  mutating func change() {
    switch Int.random(in: 0..<16, using: &dice) {
    case 0...2: addRevision()
    case 3...5: approve()
    case 6...7: changeDeployment()
    case 8...9: if let number = liveDeployment() { site.remove(number) }
    case 10: site.hide(anyUpdate(), chance(40))
    case 11: site.setComplete(anyRevision().id, chance(50))
    case 12: site.setAccepted(anyRevision().id, chance(50))
    case 13: moveGroup()
    case 14: site.now = site.now.adding(seconds: Double.random(in: -20...120, using: &dice))
    default: if chance(20) { site.purgeTombstones() } else { addGroup() }
    }
  }

  mutating func anyUpdate() -> Int32 { Int32.random(in: 1...nextUpdate, using: &dice) }

  mutating func anyRevision() -> Site.Revision {
    site.revisions[Int.random(in: 0..<site.revisions.count, using: &dice)]
  }

  mutating func anyGroup() -> GUID { site.groups.randomElement(using: &dice)!.targetGroupID }

  // MARK: Revisions

  private mutating func addRevision() {
    var update = nextUpdate
    if chance(70) || site.revisions.isEmpty { nextUpdate += 1 } else { update = anyRevision().update }
    let earlier = site.revisions.last { $0.update == update }
    let kinds: [OfferKind] = [.software, .software, .driver, .category, .detectoid]
    let kind = earlier?.kind ?? kinds.randomElement(using: &dice)!
    let top = site.revisions.filter { $0.update == update }.map(\.number).max() ?? 0
    let number = chance(90) ? top + 1 : top + 3
    let clauses = (0..<Int.random(in: 0...3, using: &dice)).map { _ in
      Site.Clause(
        updates: (0..<Int.random(in: 1...3, using: &dice)).map { _ in anyPrerequisite(of: update) },
        isCategory: chance(40))
    }
    let bundled = chance(40) ? (0..<Int.random(in: 1...3, using: &dice)).map { _ in anyIdentity() } : []
    let drivers = kind == .driver ? (0..<Int.random(in: 0...2, using: &dice)).map { _ in driver() } : []
    site.add(update, number: number, kind, needs: chance(60) ? clauses : [], bundles: bundled, drivers: drivers)
  }

  /// An update from before, so that none needs itself, or one that never comes. With rings a cut round could take
  /// away what the next one builds on.
  private mutating func anyPrerequisite(of update: Int32) -> Int32 {
    update == 1 || chance(5) ? 5_000 : Int32.random(in: 1..<update, using: &dice)
  }

  /// Of a revision that is here, or may come.
  private mutating func anyIdentity() -> (update: Int32, number: Int32) {
    (anyUpdate(), Int32.random(in: 1...3, using: &dice))
  }

  private mutating func driver() -> DriverRow {
    DriverRow(
      hardwareID: Self.hardwareIDs.randomElement(using: &dice)!,
      date: Site.start.adding(seconds: 86_400 * Double(Int.random(in: 0...1, using: &dice))),
      version: UInt64.random(in: 0...2, using: &dice), deviceClass: chance(50) ? "Printers" : "Display",
      manufacturer: chance(50) ? "M" : "N", provider: chance(50) ? "P" : "Q",
      whqlDriverID: Int64.random(in: 0...1, using: &dice), compatibleProviders: chance(30) ? ["P"] : [],
      featureScores: chance(50) ? [] : [anyScore()], distributionComputerHardwareIDs: chance(70) ? [] : [anyComputer()],
      targetComputerHardwareIDs: chance(70) ? [] : [anyComputer(), anyComputer()])
  }

  private mutating func anyScore() -> DriverRow.FeatureScore {
    DriverRow.FeatureScore(
      operatingSystem: Self.operatingSystems.randomElement(using: &dice)!, score: UInt8.random(in: 0...2, using: &dice))
  }

  private mutating func anyComputer() -> GUID { Self.computers.randomElement(using: &dice)! }

  mutating func driverQuery() -> DriverQuery {
    let devices = (0..<Int.random(in: 0...3, using: &dice)).map { _ in
      Device(
        hardwareIDs: someHardwareIDs(), compatibleIDs: someHardwareIDs(),
        installedDriver: chance(50) ? nil : installed())
    }
    return DriverQuery(
      devices: devices, computerHardwareIDs: Array(Self.computers.shuffled(using: &dice).dropFirst()),
      featureScoreKey: chance(30) ? nil : "AMD64.10.0")
  }

  private mutating func someHardwareIDs() -> [String] {
    Array(Self.hardwareIDs.shuffled(using: &dice).prefix(Int.random(in: 0...3, using: &dice)))
      .map { chance(50) ? $0.lowercased() : $0.uppercased() }
  }

  private mutating func installed() -> InstalledDriver {
    let row = driver()
    return InstalledDriver(
      matchingID: chance(30) ? nil : row.hardwareID, date: CivilDate(of: row.date), version: row.version,
      deviceClass: chance(50) ? "Printer" : row.deviceClass, manufacturer: row.manufacturer, provider: row.provider,
      matchingComputerHardwareID: chance(50) ? nil : anyComputer())
  }

  // MARK: Administration

  private mutating func addGroup() {
    _ = site.addGroup(UInt64(site.groups.count), below: anyGroup())
  }

  /// Below a group that came before it, so that no ring comes about.
  private mutating func moveGroup() {
    guard site.groups.count > 2 else { return }
    let index = Int.random(in: 2..<site.groups.count, using: &dice)
    site.groups[index].parentGroupID = site.groups[Int.random(in: 0..<index, using: &dice)].targetGroupID
    _ = site.take()
  }

  private mutating func approve() {
    let revision = anyRevision()
    site.approve(
      revision.update, revision.number, for: anyGroup(), anyAction(), deadline: anyDeadline(), isAssigned: chance(70),
      goLive: anyGoLive(), priority: UInt8.random(in: 1...3, using: &dice))
  }

  private mutating func anyAction() -> DeploymentAction {
    let actions: [DeploymentAction] = [.install, .install, .install, .uninstall, .scan, .block]
    return chance(3) ? DeploymentAction(rawValue: 9) : actions.randomElement(using: &dice)!
  }

  private mutating func anyDeadline() -> Timestamp {
    chance(50) ? .endOfTime : site.now.adding(seconds: Double(Int.random(in: 0...3, using: &dice)))
  }

  private mutating func anyGoLive() -> Timestamp {
    site.now.adding(seconds: chance(75) ? -1 : Double.random(in: 0...150, using: &dice))
  }

  private mutating func liveDeployment() -> Int32? {
    site.deployments.filter { !$0.isDead }.randomElement(using: &dice)?.number
  }

  /// In place, as administration does it: another revision of the update, other settings.
  private mutating func changeDeployment() {
    guard let number = liveDeployment(), let row = site.deployments.first(where: { $0.number == number })
    else { return }
    let other = site.revisions.filter { $0.update == row.updateKey }.randomElement(using: &dice)
    let (action, deadline, goLive, isAssigned) = (anyAction(), anyDeadline(), anyGoLive(), chance(50))
    site.change(number) { row in
      row.revisionNumber = other?.number ?? row.revisionNumber
      row.action = action
      row.deadline = deadline
      row.goLiveTime = goLive
      row.isAssigned = isAssigned
    }
  }
}
