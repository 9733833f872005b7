import Catalog
import TestSupport
import Testing
import UpdateModel
import WireFormat

@testable import UpdateServer

@Suite struct ReportingTests {
  private static func event(
    _ number: Int, _ rig: ServerRig, from id: String = TestClient.id, change: (inout ReportingEvent) -> Void = { _ in }
  ) -> ReportingEvent {
    var event = ReportingEvent(
      clientID: id, timeAtTarget: rig.clock.now, instanceID: Fixtures.guid(number), eventID: 147, sourceID: 101)
    change(&event)
    return event
  }

  private static func report(_ client: TestClient, _ events: [ReportingEvent]) async throws -> Bool {
    try await client.rig.call(
      ReportEventBatch.self, .init(cookie: client.cookie, clientTime: client.rig.clock.now, events: events)
    ).wasReceived
  }

  @Test("WUSP-004 WUSP-323 WUSP-326 WUSP-328 WUSP-330 WUSP-333: events are stored, each once")
  func events() async throws {
    try await ServerRig.run { rig async throws in
      let client = try await TestClient.known(to: rig)
      let events = [Self.event(1, rig), Self.event(2, rig) { $0.win32HResult = -2_145_124_320 }]
      #expect(try await Self.report(client, events))
      #expect(try await Self.report(client, events))
      let stored = try await rig.catalog.events(EventQuery())
      #expect(stored.map(\.result).sorted() == [-2_145_124_320, 0])
    }
  }

  @Test("WUSP-005: the other path of the service answers too")
  func otherPath() async throws {
    try await ServerRig.run { rig async throws in
      let client = try await TestClient.known(to: rig)
      let answer = try await rig.raw(
        ReportEventBatch.self, .init(cookie: client.cookie, clientTime: rig.clock.now, events: []),
        path: "/reportingwebservice/webservice.ASMX")
      #expect(answer.text.contains("<ReportEventBatchResult>true</ReportEventBatchResult>"))
    }
  }

  @Test("WUSP-329 WUSP-334: events of another computer or namespace are not stored, and the batch is answered true")
  func foreign() async throws {
    try await ServerRig.run { rig async throws in
      let client = try await TestClient.known(to: rig)
      let events = [
        Self.event(1, rig, from: "another"), Self.event(2, rig) { $0.namespaceID = 2 }, Self.event(3, rig),
      ]
      #expect(try await Self.report(client, events))
      #expect(try await rig.catalog.events(EventQuery()).map(\.instanceID) == [Fixtures.guid(3)])
    }
  }

  @Test("WUSP-327: clientTime and eventBatch must be there")
  func parameters() async throws {
    try await ServerRig.run { rig async throws in
      let client = try await TestClient.known(to: rig)
      let noTime = try await rig.fault(
        ReportEventBatch.self, .init(cookie: client.cookie, clientTime: nil, events: []))
      #expect(noTime.message == "clientTime")
      let noEvents = try await rig.fault(
        ReportEventBatch.self, .init(cookie: client.cookie, clientTime: rig.clock.now, events: nil))
      #expect(noEvents.message == "eventBatch")
    }
  }

  @Test("WUSP-332: a batch of hundreds of events is one large request")
  func largeBatch() async throws {
    try await ServerRig.run { rig async throws in
      let client = try await TestClient.known(to: rig)
      let events = (0..<600).map { number in
        Self.event(number, rig) { event in
          event.eventID = Int16(number)
          event.miscData = ["U=" + (0..<20).map { Fixtures.guid($0).description }.joined(separator: ";")]
        }
      }
      #expect(try await Self.report(client, events))
      var query = EventQuery()
      query.limit = 1_000
      #expect(try await rig.catalog.events(query).count == 600)
    }
  }

  @Test("WUSP-324: what cannot be stored is answered false")
  func notStored() async throws {
    try await ServerRig.run { rig async throws in
      let client = try await TestClient.known(to: rig)
      try rig.damage("DROP TABLE event")
      #expect(try await !Self.report(client, [Self.event(1, rig)]))
    }
  }

  @Test("WUSP-348: what no agent needs is answered and dropped")
  func others() async throws {
    try await ServerRig.run { rig async throws in
      let client = try await TestClient.known(to: rig)
      let second = try await rig.call(
        ReportEventBatch2.self, .init(computerID: "x", clientTime: rig.clock.now, events: [Self.event(1, rig)]))
      #expect(second.wasReceived)
      let inventory = try await rig.call(
        ReportInventory.self, .init(cookie: client.cookie, clientTime: rig.clock.now, inventory: .raw("<a/>")))
      #expect(inventory.wasReceived)
      let type = try await rig.call(
        GetRequiredInventoryType.self, .init(cookie: client.cookie, rulesID: Fixtures.guid(1)))
      #expect(type.inventoryType == 0)
      #expect(try await rig.catalog.events(EventQuery()).isEmpty)
    }
  }

  @Test("Ping answers at every service of clients", arguments: [WebService.client, .simpleAuth, .reporting])
  func ping(_ service: WebService) async throws {
    try await ServerRig.run { rig async throws in
      #expect(try await rig.raw(Ping.self, .init(level: 1), service: service).status == 200)
    }
  }

  @Test("calls are counted by operation and outcome")
  func metrics() async throws {
    let metrics = ServerMetrics()
    try await ServerRig.run(metrics: metrics) { rig async throws in
      let client = try await TestClient.known(to: rig)
      _ = try await rig.fault(SyncUpdates.self, .init(cookie: client.cookie, parameters: nil))
      var text = MetricsText()
      metrics.write(to: &text)
      for (service, operation, outcome) in [
        ("client", "GetConfig", "ok"), ("simpleAuth", "GetAuthorizationCookie", "ok"), ("client", "GetCookie", "ok"),
        ("client", "RegisterComputer", "ok"), ("client", "SyncUpdates", "InvalidParameters"),
      ] {
        let labels = #"service="\#(service)",operation="\#(operation)",outcome="\#(outcome)""#
        let line = "updatemirror_soap_calls_total{\(labels)} 1"
        #expect(text.text.contains(line))
      }
    }
  }
}
