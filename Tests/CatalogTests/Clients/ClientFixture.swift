import Catalog
import UpdateModel

/// A readable client id: 1 -> client-1.
func client(_ number: Int) -> ClientID { ClientID("client-\(number)")! }

func instance(_ number: Int) -> GUID { GUID(high: 0xE000, low: UInt64(number)) }

func registration(_ name: String = "pc.example", build: Int32 = 26_100) -> ComputerRegistration {
  ComputerRegistration(
    dnsName: HostName(name)!,
    operatingSystem: OperatingSystem(
      major: 10, minor: 0, build: build, locale: "en-US", suiteMask: 256, oldProductType: 1, newProductType: 48,
      architecture: "AMD64"),
    manufacturer: "QEMU", model: "Standard PC", biosVersion: "1.16", biosName: "SeaBIOS",
    biosReleaseDate: Timestamp(year: 2014, month: 4, day: 1),
    clientVersion: ClientVersion(wireMajor: 10, minor: 0, build: 26_100, qfe: 1), osDescription: "Windows 10 Pro")
}

/// A catalogue with computers that report.
struct ClientFixture {
  let clock = TestClock()
  let catalog: Catalog

  init(_ folder: TemporaryFolder) async throws {
    catalog = try await folder.catalog(clock: clock)
  }

  /// Publishes updates with the numbers and approves them for All Computers.
  func deploy(_ updates: ClosedRange<Int>, categories: [Int] = []) async throws {
    try await catalog.add(.updates, updates.map { revision($0, categories: categories) })
    for number in updates {
      try await catalog.approve(ApprovalRequest(updateID: guid(number), targetGroupID: allComputers))
    }
  }

  @discardableResult
  func come(_ number: Int, name: String? = nil, groups: String? = nil) async throws -> ClientRecord {
    try await catalog.recordClient(
      client(number), dnsName: HostName(name ?? "pc\(number).example")!, requestedGroups: groups,
      address: "10.0.0.\(number)")
  }

  func event(
    _ number: Int, _ eventID: Int16, of computer: Int = 1, update: Int? = nil, result: Int32 = 0,
    ago seconds: Double = 0, misc: [String] = []
  ) -> ClientEvent {
    ClientEvent(
      targetID: client(computer).text, instanceID: instance(number), eventID: eventID, sourceID: 101,
      timeAtTarget: clock.now.adding(seconds: -seconds), update: update.map { identity($0) }, result: result,
      miscData: misc)
  }

  @discardableResult
  func report(_ events: [ClientEvent], of computer: Int = 1) async throws -> EventReceipt {
    try await catalog.storeEvents(events, of: client(computer), clientTime: clock.now)
  }

  /// Lists of a status event: `["U": [1, 2]]`.
  static func lists(_ lists: KeyValuePairs<String, [Int]>) -> [String] {
    lists.map { tag, updates in
      tag + "=" + updates.map { guid($0).description.uppercased() }.joined(separator: ";")
    }
  }

  /// The states of a computer by the number of the update.
  func states(of computer: Int = 1) async throws -> [Int: UpdateState] {
    let rows = try await catalog.updateStatus(of: client(computer), states: Set(UpdateState.allCases))
    return Dictionary(uniqueKeysWithValues: rows.map { (Int($0.updateID.low & 0xFFFF), $0.state) })
  }

  func row(_ computer: Int = 1) async throws -> ComputerRow? { try await catalog.computer(client(computer))?.row }
}
