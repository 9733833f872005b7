import Catalog
import Testing
import UpdateModel

struct ComputerTests {
  let folder = try! TemporaryFolder()
  let unassigned = TargetGroup.unassignedComputers.targetGroupID

  @Test("WUSP-097: a computer that comes is kept; in either spelling it is the same one")
  func coming() async throws {
    let fixture = try await ClientFixture(folder)
    let first = try await fixture.come(1)
    #expect(first.isNew && !first.isRegistered)
    #expect(first.groups == [allComputers, unassigned])
    fixture.clock.advance(seconds: 60)
    let second = try await fixture.catalog.recordClient(
      ClientID("CLIENT-1")!, dnsName: HostName("new.example")!, requestedGroups: nil)
    #expect(!second.isNew && second.computer == first.computer)
    let row = try #require(try await fixture.row())
    #expect(row.dnsName == "new.example" && row.address == "10.0.0.1")
    #expect(row.lastContact == fixture.clock.now && row.firstContact < row.lastContact)
    #expect(row.lastSync == nil && row.lastReport == nil && row.lastReboot == nil && row.operatingSystem == nil)
    #expect(try await fixture.catalog.computer(client(9)) == nil)
  }

  @Test("WUSP-124, WUSP-126, WUSP-127: what a computer says of itself is stored, negative shorts as large numbers")
  func registering() async throws {
    let fixture = try await ClientFixture(folder)
    try await fixture.come(1)
    var given = registration("pc1.example")
    given.clientVersion = ClientVersion(wireMajor: 7, minor: 9, build: -15_536, qfe: -1)
    try await fixture.catalog.registerComputer(client(1), given)
    let details = try #require(try await fixture.catalog.computer(client(1)))
    #expect(details.registration == given)
    #expect(details.registration?.clientVersion.description == "7.9.50000.65535")
    #expect(details.row.operatingSystem == given.operatingSystem)
    #expect(try await fixture.come(1).isRegistered)
    // Nothing but what must be there.
    let bare = ComputerRegistration(
      dnsName: HostName("x")!, operatingSystem: OperatingSystem(major: 6, minor: 1, build: 7_601, oldProductType: 1),
      biosReleaseDate: Timestamp(ticks: 0), clientVersion: ClientVersion(major: 0, minor: 0, build: 0, qfe: 0))
    try await fixture.catalog.registerComputer(client(1), bare)
    #expect(try await fixture.catalog.computer(client(1))?.registration == bare)
    await #expect(throws: CatalogError.unknownComputer("client-2")) {
      try await fixture.catalog.registerComputer(client(2), given)
    }
  }

  @Test("WUSP-125, WUSP-347: odd and long text is taken, visible and cut")
  func oddText() async throws {
    let fixture = try await ClientFixture(folder)
    try await fixture.come(1)
    var given = registration()
    given.biosName = "<script>alert(1)</script>\u{1B}[2J"
    given.model = String(repeating: "m", count: 10 << 20)
    given.manufacturer = ""
    given.operatingSystem.architecture = "AMD64\r\nX"
    try await fixture.catalog.registerComputer(client(1), given)
    let stored = try #require(try await fixture.catalog.computer(client(1))?.registration)
    #expect(stored.biosName == "<script>alert(1)</script>\\u{1b}[2J")
    #expect(stored.model == String(repeating: "m", count: 256) + "…")
    #expect(stored.manufacturer == nil)
    #expect(stored.operatingSystem.architecture == "AMD64\\u{d}\\u{a}X")
  }

  @Test("WUSP-128: changed details are marked for the roll-up, unchanged ones are not")
  func detailsChanged() async throws {
    let fixture = try await ClientFixture(folder)
    try await fixture.come(1)
    #expect(try await fixture.catalog.registerComputer(client(1), registration("pc1.example")))
    #expect(try await fixture.catalog.registerComputer(client(1), registration("pc1.example")) == false)
    #expect(try await fixture.catalog.registerComputer(client(1), registration("pc1.example", build: 26_200)))
    #expect(try await fixture.catalog.registerComputer(client(1), registration("PC1.example", build: 26_200)))
    #expect(try await fixture.row()?.hasDetailsChanged == true)
  }

  @Test(
    "WUSP-098, WUSP-099, WUSP-100, WUSP-101: requested groups are kept as sent, and count when clients decide"
  )
  func clientSideTargeting() async throws {
    let fixture = try await ClientFixture(folder)
    let pilot = try await fixture.catalog.createGroup(name: "Pilot")
    let office = try await fixture.catalog.createGroup(name: "Büro")
    let asked = " PILOT ;nobody;BÜRO; ;All Computers"
    #expect(try await fixture.come(1, groups: asked).groups == [allComputers, unassigned])
    #expect(try await fixture.row()?.requestedGroups == ["PILOT", "nobody", "BÜRO", "All Computers"])
    try await fixture.catalog.save(Targeting.clientSide)
    #expect(try await fixture.catalog.targeting() == .clientSide)
    #expect(
      try await fixture.catalog.clientGroups(client(1)) == [allComputers, pilot.targetGroupID, office.targetGroupID])
    #expect(try await fixture.come(1, groups: nil).groups == [allComputers, unassigned])
    #expect(try await fixture.come(1, groups: "nobody").groups == [allComputers, unassigned])
    // A group that appears later counts at once.
    let later = try await fixture.catalog.createGroup(name: "Nobody")
    #expect(try await fixture.catalog.clientGroups(client(1)) == [allComputers, later.targetGroupID])
    await #expect(throws: CatalogError.clientSideTargeting(operation: "move computer")) {
      try await fixture.catalog.assign(client(1), to: [pilot.targetGroupID])
    }
  }

  @Test("names of groups are bounded in length and number, and hostile ones are shown harmlessly")
  func hostileGroups() async throws {
    let fixture = try await ClientFixture(folder)
    let long = String(repeating: "x", count: 257)
    let fits = String(repeating: "y", count: 256)
    try await fixture.come(1, groups: "\(long);\(fits);a\u{1B}b")
    #expect(try await fixture.row()?.requestedGroups == [fits, "a\\u{1b}b"])
    try await fixture.come(1, groups: (1...100_000).map(String.init).joined(separator: ";"))
    #expect(try await fixture.row()?.requestedGroups == (1...64).map(String.init))
  }

  @Test("an administrator moves computers: before and after are told; builtin groups are not assigned")
  func moving() async throws {
    let fixture = try await ClientFixture(folder)
    let (one, two) = (
      try await fixture.catalog.createGroup(name: "one").targetGroupID,
      try await fixture.catalog.createGroup(name: "two").targetGroupID
    )
    try await fixture.come(1)
    let first = try await fixture.catalog.assign(client(1), to: [one])
    #expect(first.before == [unassigned] && first.after == [one] && first.dnsName == "pc1.example")
    let second = try await fixture.catalog.assign(client(1), to: [two, one, two, allComputers, unassigned])
    #expect(second.before == [one] && second.after == [one, two].sorted())
    #expect(try await fixture.catalog.clientGroups(client(1)) == [allComputers, one, two])
    #expect(try await fixture.row()?.groups == [one, two].sorted())
    #expect(try await fixture.catalog.assign(client(1), to: []).after == [unassigned])
    await #expect(throws: CatalogError.unknownGroup(guid(5))) {
      try await fixture.catalog.assign(client(1), to: [one, guid(5)])
    }
    #expect(try await fixture.catalog.clientGroups(client(1)) == [allComputers, unassigned])
    await #expect(throws: CatalogError.unknownComputer("client-9")) {
      try await fixture.catalog.assign(client(9), to: [one])
    }
  }

  @Test("a replica moves its computers too")
  func replica() async throws {
    let fixture = try await ClientFixture(folder)
    let group = try await fixture.catalog.createGroup(name: "one").targetGroupID
    try await fixture.come(1)
    try await fixture.catalog.becomeReplica()
    #expect(try await fixture.catalog.assign(client(1), to: [group]).after == [group])
    try await fixture.catalog.removeComputer(client(1))
  }

  @Test("computers of a deleted group are unassigned, those in another one as well stay there")
  func deletedGroup() async throws {
    let fixture = try await ClientFixture(folder)
    let (one, two) = (
      try await fixture.catalog.createGroup(name: "one").targetGroupID,
      try await fixture.catalog.createGroup(name: "two").targetGroupID
    )
    for number in 1...2 { try await fixture.come(number) }
    try await fixture.catalog.assign(client(1), to: [one])
    try await fixture.catalog.assign(client(2), to: [one, two])
    try await fixture.catalog.deleteGroup(one)
    #expect(try await fixture.catalog.clientGroups(client(1)) == [allComputers, unassigned])
    #expect(try await fixture.catalog.clientGroups(client(2)) == [allComputers, two])
  }

  @Test("a removed computer is gone with all it reported, and a new one when it comes again")
  func removal() async throws {
    let fixture = try await ClientFixture(folder)
    try await fixture.deploy(1...2)
    let before = try await fixture.come(1)
    try await fixture.catalog.registerComputer(client(1), registration())
    try await fixture.report([fixture.event(1, 156, misc: ClientFixture.lists(["U": [1, 2]]))])
    let removed = try await fixture.catalog.removeComputer(client(1))
    #expect(removed.states.needed == 2 && removed.clientID == client(1))
    #expect(try await fixture.catalog.computers(ComputerQuery()).isEmpty)
    #expect(try await fixture.catalog.events(EventQuery()).isEmpty)
    #expect(try await fixture.catalog.computerStatus(of: guid(1)).isEmpty)
    await #expect(throws: CatalogError.unknownComputer("client-1")) { try await fixture.report([]) }
    await #expect(throws: CatalogError.unknownComputer("client-1")) {
      try await fixture.catalog.removeComputer(client(1))
    }
    let after = try await fixture.come(1)
    #expect(after.isNew && after.computer > before.computer && !after.isRegistered)
    #expect(try await fixture.states() == [:])
  }

  @Test("computers are listed by name in any letter case, page by page")
  func listing() async throws {
    let fixture = try await ClientFixture(folder)
    let names = ["delta", "Alpha", "charlie", "alpha", "Bravo"]
    for (number, name) in names.enumerated() { try await fixture.come(number, name: name) }
    var query = ComputerQuery()
    query.limit = 2
    var found: [String] = []
    while true {
      let page = try await fixture.catalog.computers(query)
      found += page.map(\.dnsName)
      guard let last = page.last else { break }
      query.after = last.position
    }
    #expect(found == ["Alpha", "alpha", "Bravo", "charlie", "delta"])
    var text = ComputerQuery()
    text.text = "LPHA"
    #expect(try await fixture.catalog.computers(text).count == 2)
    text.text = "CLIENT-4"
    #expect(try await fixture.catalog.computers(text).map(\.dnsName) == ["Bravo"])
  }

  @Test("computers are found by group, with the groups below, and by state")
  func filters() async throws {
    let fixture = try await ClientFixture(folder)
    try await fixture.deploy(1...3)
    let above = try await fixture.catalog.createGroup(name: "above").targetGroupID
    let below = try await fixture.catalog.createGroup(name: "below", parent: above).targetGroupID
    for number in 1...4 { try await fixture.come(number) }
    try await fixture.catalog.assign(client(1), to: [above])
    try await fixture.catalog.assign(client(2), to: [below])
    try await fixture.report([fixture.event(1, 156, of: 1, misc: ClientFixture.lists(["U": [1], "g": [2]]))], of: 1)
    try await fixture.report([fixture.event(2, 156, of: 2, misc: ClientFixture.lists(["V": [1]]))], of: 2)
    try await fixture.report([fixture.event(3, 156, of: 3)], of: 3)
    func found(_ change: (inout ComputerQuery) -> Void) async throws -> [Int] {
      var query = ComputerQuery()
      change(&query)
      return try await fixture.catalog.computers(query).map { Int($0.clientID.text.dropFirst(7))! }
    }
    #expect(try await found { $0.groups = [above] } == [1, 2])
    #expect(try await found { $0.groups = [below] } == [2])
    #expect(try await found { $0.groups = [unassigned] } == [3, 4])
    #expect(try await found { $0.groups = [unassigned, below] } == [2, 3, 4])
    #expect(try await found { $0.groups = [allComputers] } == [1, 2, 3, 4])
    #expect(try await found { $0.states = [.failed] } == [1])
    #expect(try await found { $0.states = [.needed, .installed] } == [1, 2])
    #expect(try await found { $0.states = [.unknown] } == [4])
    #expect(
      try await found {
        $0.groups = [above]; $0.states = [.installed]
      } == [2])
    await #expect(throws: CatalogError.unknownGroup(guid(7))) { _ = try await found { $0.groups = [guid(7)] } }
    // Declined updates do not count any more.
    try await fixture.catalog.decline(guid(2))
    #expect(try await found { $0.states = [.failed] } == [])
  }

  @Test("silent computers are listed and removed; a contact ends the silence")
  func silence() async throws {
    let fixture = try await ClientFixture(folder)
    let start = fixture.clock.now
    for number in 1...3 { try await fixture.come(number) }
    let kept = try await fixture.come(4).computer
    fixture.clock.advance(seconds: 1_000)
    try await fixture.catalog.recordContacts([
      ClientContact(computer: kept, time: fixture.clock.now),
      ClientContact(computer: ComputerKey(999), time: fixture.clock.now),
    ])
    try await fixture.report([fixture.event(1, 202, of: 3)], of: 3)
    var query = ComputerQuery()
    query.silentSince = start.adding(seconds: 500)
    #expect(try await fixture.catalog.computers(query).map(\.clientID) == [client(1), client(2)])
    let removed = try await fixture.catalog.removeComputers(silentSince: start.adding(seconds: 500), limit: 1)
    #expect(removed.map(\.clientID) == [client(1)])
    #expect(
      try await fixture.catalog.removeComputers(silentSince: start.adding(seconds: 500)).map(\.clientID) == [client(2)])
    #expect(try await fixture.catalog.removeComputers(silentSince: start.adding(seconds: 500)).isEmpty)
    #expect(try await fixture.catalog.computers(ComputerQuery()).map(\.clientID) == [client(3), client(4)])
  }

  @Test("no anchor of a downstream server moves for computers")
  func anchors() async throws {
    let fixture = try await ClientFixture(folder)
    try await fixture.deploy(1...1)
    let mark = try await fixture.catalog.mark()
    try await fixture.come(1)
    try await fixture.catalog.save(Targeting.clientSide)
    try await fixture.report([fixture.event(1, 183, update: 1)])
    #expect(try await fixture.catalog.mark() == mark)
  }
}
