import Catalog
import TestSupport
import Testing
import UpdateClient
import UpdateModel
import UpdateServer
import WireFormat

@Suite struct ReportTests {
  @Test("what a scan found is in the server's catalogue after the report, once even if it is sent twice")
  func status() async throws {
    try await ClientSite.run { site async throws in
      try await SampleUpdates.publish(in: site)
      try await site.approve(SampleUpdates.needed, SampleUpdates.installed)
      let client = site.client()
      let events = await client.detectionEvents(try await client.scan())
      try await client.report(events)
      try await client.report(events)
      let id = try #require(ClientID(ClientSite.clientID))
      let status = try await site.catalog.updateStatus(of: id)
      let states = Dictionary(uniqueKeysWithValues: status.map { ($0.updateID, $0.state) })
      #expect(
        states == [
          Document.guid(SampleUpdates.needed): .needed, Document.guid(SampleUpdates.installed): .installed,
        ])
      #expect(try await site.catalog.events(EventQuery()).count == events.count)
    }
  }

  @Test("a failed installation is counted with its error")
  func failure() async throws {
    try await ClientSite.run { site async throws in
      try await SampleUpdates.publish(in: site)
      try await site.approve(SampleUpdates.needed)
      let client = site.client()
      _ = try await client.scan()
      var event = await client.event(182, .random(), about: Document.identity(SampleUpdates.needed))
      event.win32HResult = -2_145_124_329
      try await client.report([event])
      let failures = try await site.catalog.failures(FailureQuery())
      #expect(failures.map(\.updateID) == [Document.guid(SampleUpdates.needed)])
    }
  }

  @Test("only the events that the server wants are sent (A-15)")
  func wanted() async throws {
    var configuration = ClientServiceConfiguration()
    configuration.allowedEventIDs = [156]
    try await ClientSite.run(clients: configuration) { site async throws in
      let client = site.client()
      try await client.report([await client.event(147, .random()), await client.event(156, .random())])
      #expect(try await site.catalog.events(EventQuery()).map(\.eventID) == [156])
    }
  }
}
