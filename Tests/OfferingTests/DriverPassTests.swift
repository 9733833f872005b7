import Offering
import Testing
import UpdateModel

struct DriverPassTests {
  private static let day = Timestamp(year: 2024, month: 5, day: 6)

  private func row(
    _ hardwareID: String = "PCI\\DEV_1", date: Timestamp = day, version: String = "1.0.0.0",
    scores: [DriverRow.FeatureScore] = [], distribution: [GUID] = [], targets: [GUID] = []
  ) -> DriverRow {
    DriverRow(
      hardwareID: hardwareID, date: date, version: DriverRow.version(version)!, featureScores: scores,
      distributionComputerHardwareIDs: distribution, targetComputerHardwareIDs: targets)
  }

  private func site(_ drivers: [[DriverRow]]) -> Site {
    var site = Site()
    for (index, rows) in drivers.enumerated() {
      site.add(Int32(index + 1), .driver, drivers: rows)
      site.approve(Int32(index + 1))
    }
    return site
  }

  private func installed(
    _ matchingID: String? = "PCI\\DEV_1", date: Timestamp = day, version: String = "1.0.0.0"
  ) -> InstalledDriver {
    InstalledDriver(matchingID: matchingID, date: CivilDate(of: date), version: DriverRow.version(version)!)
  }

  private let device = Device(hardwareIDs: ["PCI\\DEV_1&SUBSYS_1", "PCI\\DEV_1"], compatibleIDs: ["PCI\\CC_03"])
  private let computers = [Site.group(11), Site.group(12)]

  private func best(_ drivers: [DriverRow], _ device: Device? = nil, key: String? = nil) -> [Int32] {
    let query = SyncQuery.drivers([device ?? self.device], computers: computers, featureScoreKey: key)
    return site(drivers.map { [$0] }).offer().sync(query).newIDs
  }

  @Test("WUSP-251: one driver for each device, the best one")
  func onePerDevice() {
    let rows = [row("A", version: "2.0.0.0"), row("A", version: "1.0.0.0"), row("B")]
    let offer = site(rows.map { [$0] }).offer()
    let devices = [Device(hardwareIDs: ["a"]), Device(hardwareIDs: ["b"]), Device(hardwareIDs: ["c"])]
    let answer = offer.sync(.drivers(devices))
    #expect(answer.newIDs == [1, 3])
    #expect(answer.new.map(\.hardwareIDs) == [["A"], ["B"]])
    #expect(offer.sync(.drivers([])).new.isEmpty)
  }

  @Test("WUSP-252: the driver for the computer id that comes earlier wins; rows for other computers do not count")
  func computerIDs() {
    #expect(best([row(), row(targets: [computers[1]]), row(distribution: [computers[0]])]) == [3])
    #expect(best([row(version: "0.0.0.1"), row(targets: [Site.group(99)])]) == [1])
    #expect(best([row(version: "0.0.0.1"), row(distribution: [Site.group(99)], targets: [computers[0]])]) == [1])
  }

  @Test("WUSP-253: the lower feature score of the client's system wins; none is the worst")
  func featureScore() {
    let scores = [9, 3].map { DriverRow.FeatureScore(operatingSystem: "amd64.10.0", score: $0) }
    let other = DriverRow.FeatureScore(operatingSystem: "x86.10.0", score: 0)
    let rows = [row(scores: [scores[0]]), row(scores: [scores[1]]), row(scores: [other]), row(version: "9.0.0.0")]
    #expect(best(rows, key: "AMD64.10.0") == [2])
    #expect(best(rows, key: "ARM64.10.0") == [4])
    #expect(best(rows) == [4])
  }

  @Test("WUSP-254: the earlier hardware id wins, before all compatible ids, in any letter case")
  func hardwareID() {
    #expect(best([row("pci\\cc_03", version: "9.0.0.0"), row("pci\\dev_1", version: "8.0.0.0")]) == [2])
    #expect(best([row("PCI\\DEV_1", version: "9.0.0.0"), row("pci\\dev_1&subsys_1")]) == [2])
    #expect(best([row("pci\\cc_03")]) == [1])
  }

  @Test("WUSP-255: the later date wins")
  func date() {
    #expect(best([row(version: "9.0.0.0"), row(date: Self.day.adding(seconds: 86_400))]) == [2])
  }

  @Test("WUSP-256: the higher version of four numbers wins")
  func version() {
    #expect(best([row(version: "1.10.0.0"), row(version: "1.9.0.0")]) == [1])
    #expect(DriverRow.version("1.2.3.65535") == 0x0001_0002_0003_ffff)
    #expect(DriverRow.version("7") == 0x0007_0000_0000_0000)
    #expect(["", "1.2.3.4.5", "1.65536", "1.-2", "1.+2", "a"].compactMap(DriverRow.version).isEmpty)
  }

  @Test("of equal drivers the later signed one wins, then the later revision")
  func ties() {
    var signed = row()
    signed.whqlDriverID = 7
    #expect(best([row(), row()]) == [2])
    #expect(best([signed, row()]) == [1])
  }

  @Test("WUSP-257: nothing that is not better than the installed driver")
  func betterThanInstalled() {
    let cases: [(DriverRow, InstalledDriver, Bool)] = [
      (row(), installed(), false),
      (row(version: "1.0.0.1"), installed(), true),
      (row(version: "0.9.0.0"), installed(), false),
      (row(date: Self.day.adding(seconds: 86_400), version: "0.9.0.0"), installed(), true),
      (row("PCI\\DEV_1&SUBSYS_1", version: "0.9.0.0"), installed("pci\\dev_1"), true),
      (row("PCI\\CC_03", version: "9.0.0.0"), installed(), false),
      (row(version: "0.9.0.0"), installed("ROOT\\OTHER"), true),
      (row(version: "0.9.0.0"), installed(nil), false),
      (row(version: "0.9.0.0", targets: [computers[0]]), installed(), true),
    ]
    for (row, installed, isOffered) in cases {
      var device = device
      device.installedDriver = installed
      #expect(best([row], device, key: "AMD64.10.0") == (isOffered ? [1] : []), "\(row), \(installed)")
    }
  }

  @Test(
    "WUSP-258, WUSP-259: a printer is replaced by one of its provider, or compatible with it, and manufacturer",
    arguments: [
      ("P", "M", "Printer", true), ("p", "m", "printers", true), ("C", "M", "Printer", true),
      ("Q", "M", "Printer", false), ("P", "N", "Printer", false), ("Q", "N", "Display", true),
    ])
  func printers(provider: String, manufacturer: String, deviceClass: String, isOffered: Bool) {
    var row = row(version: "2.0.0.0")
    (row.deviceClass, row.provider, row.manufacturer, row.compatibleProviders) = ("Printers", "P", "M", ["C"])
    var installed = installed()
    (installed.deviceClass, installed.provider, installed.manufacturer) = (deviceClass, provider, manufacturer)
    var device = device
    device.installedDriver = installed
    #expect(best([row], device) == (isOffered ? [1] : []))
  }

  @Test("WUSP-260, WUSP-262: cached are the cached drivers only; without drivers all of them are out of scope")
  func cached() {
    let offer = site([[row()]]).offer()
    var query = SyncQuery.drivers([device], cached: [1, 5])
    query.otherCached = [8]
    #expect(offer.sync(query).new.isEmpty)
    #expect(offer.sync(query).outOfScope == [5])
    #expect(offer.sync(query).changedIDs == [1])
    let empty = Site().offer().sync(query)
    #expect(empty.new.isEmpty && empty.changed.isEmpty && !empty.isTruncated && empty.mark != nil)
    #expect(empty.outOfScope == [1, 5])
  }

  @Test("WUSP-261: clients that know them are told the hardware ids")
  func hardwareIDs() {
    let offer = site([[row("A"), row("B")]]).offer()
    let devices = [["b"], ["A"], ["B"]].map { Device(hardwareIDs: $0) }
    #expect(offer.sync(.drivers(devices, version: "1.6")).new.map(\.hardwareIDs) == [["B", "A"]])
    #expect(offer.sync(.drivers(devices, version: "1.0")).new.map(\.hardwareIDs) == [[]])
  }

  @Test("drivers wait for their prerequisites, and lower revisions do not count")
  func neededOnly() {
    var site = Site()
    site.add(1, .detectoid)
    site.add(2, .driver, needs: [.any(1)], drivers: [row(version: "9.0.0.0")])
    site.add(2, .driver, needs: [.any(1)], drivers: [row(version: "1.0.0.0")])
    site.add(3, .driver, drivers: [row(version: "0.5.0.0")])
    for (update, number) in [(2, 1), (2, 2), (3, 1)] as [(Int32, Int32)] { site.approve(update, number) }
    #expect(site.offer().sync(.drivers([device])).newIDs == [4])
    #expect(site.offer().sync(.drivers([device], installed: [1])).newIDs == [3])
  }

  @Test("WUSP-266, WUSP-267, WUSP-268: the printer catalogue is every printer driver whose prerequisites hold")
  func printerCatalogue() {
    var site = Site()
    site.add(1, .detectoid)
    for (update, deviceClass) in ["Printer", "printers", "Display"].enumerated() {
      var row = row()
      row.deviceClass = deviceClass
      site.add(Int32(update + 2), .driver, needs: update == 1 ? [.any(1)] : [], drivers: [row, row])
      site.approve(Int32(update + 2))
    }
    var query = SyncQuery(pass: .printers, cachedDrivers: [2, 4], clientProtocol: ProtocolVersion("2.4")!, limit: 200)
    #expect(site.offer().sync(query).new.isEmpty)
    #expect(site.offer().sync(query).outOfScope == [4])
    query.installedNonLeaf = [1]
    query.cachedDrivers = []
    let answer = site.offer().sync(query)
    #expect(answer.newIDs == [2, 3])
    #expect(!answer.isTruncated && answer.mark != nil)
  }
}
