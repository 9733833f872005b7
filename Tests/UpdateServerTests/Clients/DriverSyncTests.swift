import Catalog
import Platform
import TestSupport
import Testing
import UpdateModel
import WireFormat

@testable import UpdateServer

@Suite struct DriverSyncTests {
  private static let network = 30
  private static let printer = 31
  private static let hardwareID = "PCI\\VEN_8086&DEV_100E"

  /// A server with an approved driver for a network adapter and one for a printer.
  private static func run(_ body: @Sendable (ServerRig, TestClient) async throws -> Void) async throws {
    try await ServerRig.run { rig async throws in
      try await rig.catalog.publishNow([
        try driver(network, of: "Net", for: hardwareID), try driver(printer, of: "Printers", for: "USBPRINT\\X"),
      ])
      for number in [network, printer] { try await ClientCatalogue.approve(number, in: rig.catalog) }
      // What the server does by itself some seconds later.
      let numbers = try await rig.catalog.revisionsWithoutFragments(version: MetadataFragments.version, limit: 10)
      let pool = BlockingPool(width: 1, name: "tests.fragments")
      try await FragmentSource(catalog: rig.catalog, pool: pool).derive(numbers)
      try await body(rig, try await TestClient.known(to: rig))
    }
  }

  private static func driver(_ number: Int, of deviceClass: String, for hardwareID: String) throws -> StagedRevision {
    let id = hardwareID.replacing("&", with: "&amp;")
    return try RecordedDocuments.staged(
      core: """
        <UpdateIdentity UpdateID="\(Fixtures.guid(number))" RevisionNumber="1" />\
        <Properties UpdateType="Driver" ExplicitlyDeployable="true" />\
        <ApplicabilityRules><Metadata><d.WindowsDriverMetaData HardwareID="\(id)" DriverVerDate="2024-05-06" \
        DriverVerVersion="3.2.1.0" WhqlDriverID="7" Class="\(deviceClass)" Company="c" Provider="p" Manufacturer="m" \
        Model="x" /></Metadata></ApplicabilityRules>
        """)
  }

  private static func ask(_ client: inout TestClient, _ device: SyncUpdates.Device, cached: [Int32] = []) async throws
    -> SyncInfo
  {
    try await client.sync { parameters in
      parameters.skipsSoftwareSync = true
      parameters.systemSpec = [device]
      parameters.cachedDriverIDs = cached
    }
  }

  @Test("WUSP-184 WUSP-229 WUSP-250 WUSP-260 WUSP-261: drivers come in their own pass, for the devices that want them")
  func driverPass() async throws {
    try await Self.run { rig, client in
      var client = client
      let software = try await client.sync()
      #expect(software.newUpdates.isEmpty)
      #expect(software.isDriverSyncNotNeeded == false)
      let device = SyncUpdates.Device(hardwareIDs: [Self.hardwareID.lowercased()])
      let offered = try await Self.ask(&client, device)
      #expect(offered.newUpdates.map(\.updateID) == [Fixtures.guid(Self.network)])
      #expect(offered.newUpdates[0].deployment?.hardwareIDs.map { $0.uppercased() } == [Self.hardwareID])
      #expect(offered.newUpdates[0].xmlText.contains("<d.WindowsDriverMetaData"))
      let again = try await Self.ask(&client, device, cached: offered.newUpdates.map(\.id))
      #expect(again.newUpdates.isEmpty && again.outOfScopeRevisionIDs.isEmpty)
    }
  }

  @Test("WUSP-257: nothing is offered to a device that has the same driver")
  func installed() async throws {
    try await Self.run { rig, client in
      var client = client
      var device = SyncUpdates.Device(hardwareIDs: [Self.hardwareID])
      device.installedDriver = .init(
        matchingID: Self.hardwareID, driverVerDate: Timestamp(year: 2024, month: 5, day: 6),
        driverVerVersion: 0x0003_0002_0001_0000, deviceClass: "Net", manufacturer: "m", provider: "p")
      let answer = try await Self.ask(&client, device)
      #expect(answer.newUpdates.isEmpty)
    }
  }

  @Test("WUSP-266 WUSP-267 WUSP-268: SyncPrinterCatalog has the printers, and those held are the cached ones")
  func printers() async throws {
    try await Self.run { rig, client in
      let ask = { (cached: [Int32]) in
        try await rig.call(
          SyncPrinterCatalog.self,
          .init(cookie: client.cookie, installedNonLeafUpdateIDs: [], printerUpdateIDs: cached))
      }
      let first = try await ask([])
      #expect(first.newUpdates.map(\.updateID) == [Fixtures.guid(Self.printer)])
      #expect(first.newCookie != nil && !first.isTruncated)
      let second = try await ask(first.newUpdates.map(\.id) + [9_999])
      #expect(second.newUpdates.isEmpty)
      #expect(second.outOfScopeRevisionIDs == [9_999])
    }
  }

  @Test("WUSP-262: a server without drivers answers an empty pass, and cached drivers are out of scope")
  func withoutDrivers() async throws {
    try await ServerRig.run { rig async throws in
      var client = try await TestClient.known(to: rig)
      let answer = try await Self.ask(&client, .init(hardwareIDs: ["X"]), cached: [5, 6])
      #expect(answer.newUpdates.isEmpty && !answer.isTruncated)
      #expect(answer.outOfScopeRevisionIDs == [5, 6])
      #expect(answer.isDriverSyncNotNeeded == true)
      let printers = try await rig.call(
        SyncPrinterCatalog.self, .init(cookie: client.cookie, installedNonLeafUpdateIDs: [], printerUpdateIDs: [5]))
      #expect(printers.newUpdates.isEmpty && printers.outOfScopeRevisionIDs == [5])
    }
  }
}
