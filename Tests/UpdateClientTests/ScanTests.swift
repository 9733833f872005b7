import Catalog
import Foundation
import TestSupport
import Testing
import UpdateClient
import UpdateModel
import UpdateServer
import WireFormat

@Suite struct ScanTests {
  @Test("a full scan finds what is needed, installed, and what nobody can tell; prerequisites decide what comes")
  func fullScan() async throws {
    try await ClientSite.run { site async throws in
      try await SampleUpdates.publish(in: site)
      try await site.approve(
        SampleUpdates.needed, SampleUpdates.installed, SampleUpdates.forXP, SampleUpdates.bundle,
        SampleUpdates.unanswerable)
      let report = try await site.client().scan()
      let found = Dictionary(uniqueKeysWithValues: report.updates.map { ($0.identity.updateID, $0.applicability) })
      #expect(
        found == [
          Document.guid(SampleUpdates.needed): .needed, Document.guid(SampleUpdates.installed): .installed,
          Document.guid(SampleUpdates.bundle): .needed, Document.guid(SampleUpdates.unanswerable): .notEvaluated,
        ])
      // Two detectoids in the first round, one of which unlocks five revisions.
      #expect(report.newRevisions == 7)
      #expect(report.unansweredRules == ["CbsPackageInstalledByIdentity"])
      #expect(report.unreadable.isEmpty)
      let computer = try await site.catalog.computer(try #require(ClientID(ClientSite.clientID)))
      #expect(computer?.row.dnsName == "pc1.example")
    }
  }

  @Test("a differential scan from a kept state is one round: an approval added, one withdrawn, one changed")
  func differentialScan() async throws {
    try await ClientSite.run { site async throws in
      try await SampleUpdates.publish(in: site)
      try await site.approve(SampleUpdates.needed, SampleUpdates.installed, SampleUpdates.bundle)
      let first = site.client()
      _ = try await first.scan()
      let kept = try JSONDecoder().decode(ClientState.self, from: JSONEncoder().encode(await first.state))
      #expect(await first.state == kept)
      let client = site.client(state: kept)
      #expect(try await client.scan() == Self.unchanged(try await client.scan()))
      try await site.withdraw(SampleUpdates.needed)
      try await site.approve(SampleUpdates.unanswerable)
      try await site.approve(SampleUpdates.installed, action: .uninstall)
      let report = try await client.scan()
      #expect(report.rounds == 1)
      #expect((report.newRevisions, report.removedRevisions, report.changedRevisions) == (1, 1, 1))
      #expect(report[Document.guid(SampleUpdates.needed)] == nil)
      #expect(report[Document.guid(SampleUpdates.unanswerable)]?.deployment.action == .install)
      #expect(report[Document.guid(SampleUpdates.installed)]?.deployment.action == .uninstall)
    }
  }

  /// A scan in which nothing came.
  private static func unchanged(_ report: ScanReport) -> ScanReport {
    #expect(report.rounds == 1)
    #expect((report.newRevisions, report.removedRevisions, report.changedRevisions) == (0, 0, 0))
    return report
  }

  @Test("when facts change, what they unlock or lock comes and goes with the next scan")
  func changedFacts() async throws {
    try await ClientSite.run { site async throws in
      try await SampleUpdates.publish(in: site)
      try await site.approve(SampleUpdates.needed, SampleUpdates.forXP)
      let client = site.client()
      #expect(try await client.scan()[Document.guid(SampleUpdates.needed)]?.applicability == .needed)
      var updated = HostFacts.workstation
      updated.files = ["c:\\example\\a.dll": HostFacts.File(version: "1.0.0.9")]
      await client.change(updated)
      #expect(try await client.scan()[Document.guid(SampleUpdates.needed)]?.applicability == .installed)
      updated.windows = HostFacts.Windows(major: 5, minor: 1, build: 2_600)
      await client.change(updated)
      let report = try await client.scan()
      #expect(report[Document.guid(SampleUpdates.needed)] == nil)
      #expect(report[Document.guid(SampleUpdates.forXP)]?.applicability == .needed)
    }
  }

  @Test("more revisions than a page has come in several rounds")
  func pages() async throws {
    var configuration = ClientServiceConfiguration()
    configuration.limits.pageRevisions = 7
    try await ClientSite.run(clients: configuration) { site async throws in
      for number in 100..<130 {
        try await site.publish(try Document(number: number, isInstallable: "<l:True />").staged())
        try await site.approve(number)
      }
      let report = try await site.client().scan()
      #expect(report.updates.count { $0.applicability == .needed } == 30)
      #expect(report.rounds == 5)
    }
  }

  @Test("WUSP-056: after ServerChanged the cache gets the numbers of the other life, and nothing comes again")
  func serverChanged() async throws {
    try await ClientSite.run { site async throws in
      try await SampleUpdates.publish(in: site)
      try await site.approve(SampleUpdates.needed, SampleUpdates.installed, SampleUpdates.bundle)
      let client = site.client()
      let before = try await client.scan()
      try await site.catalog.renewEpoch()
      let after = try await client.scan()
      #expect(after.newRevisions == 0)
      #expect(after.updates == before.updates)
      #expect(await !client.state.mustRefresh)
    }
  }

  @Test("a cache of another server keeps what this one has and drops the rest")
  func otherServer() async throws {
    let kept = Watched<ClientState>(ClientState())
    try await ClientSite.run { site async throws in
      try await SampleUpdates.publish(in: site)
      try await site.approve(SampleUpdates.needed, SampleUpdates.installed, SampleUpdates.bundle)
      let client = site.client()
      _ = try await client.scan()
      let state = await client.state
      kept.update { $0 = state }
    }
    try await ClientSite.run { site async throws in
      // Other numbers for the same revisions.
      for number in 200..<210 { try await site.publish(try Document(number: number).staged()) }
      try await SampleUpdates.publish(in: site)
      try await site.approve(SampleUpdates.needed, SampleUpdates.bundle)
      let client = site.client(state: kept.value)
      let report = try await client.scan()
      #expect(report.newRevisions == 0)
      #expect(Set(report.updates.map(\.identity)) == Set([3, 6].map { Document.identity($0) }))
      let fresh = site.client()
      _ = try await fresh.scan()
      let (moved, found) = (await client.state.cache, await fresh.state.cache)
      #expect(moved == found)
    }
  }
}
