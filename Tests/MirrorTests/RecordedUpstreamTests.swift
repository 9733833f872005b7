import Catalog
import Foundation
import Mirror
import TestSupport
import Testing
import UpdateModel
import WireFormat

/// Replays what a real Windows Server 2025 answered to a DSS.
@Suite(.serialized) struct RecordedUpstreamTests {
  private static let root = Recordings.locate().map { $0 + "/docs/fixtures/wsus-m0-wsusss" }

  private func answer(_ number: String, status: Int = 200) throws -> ScriptedReply {
    let root = try #require(Self.root)
    let body = try Data(contentsOf: URL(fileURLWithPath: "\(root)/exchanges/\(number)/response.body"))
    // The recording's clock: the cookie of the recording is valid.
    return .bytes([UInt8](body), status: status, type: "text/xml; charset=utf-8")
      .with("Date", "Sun, 04 Oct 2026 16:34:00 GMT")
  }

  /// A list with the two identities whose documents were recorded.
  private func list(_ identities: [UpdateIdentity]) -> ScriptedReply {
    let list = RevisionIDList(anchor: SyncAnchor("9439,2026-10-04 16:33:26.733"), identities: identities)
    return .bytes(SOAPReply.encode(GetRevisionIdList.self, list, version: .v11), type: "text/xml; charset=utf-8")
  }

  private func server(_ overrides: [String: ScriptedReply] = [:]) throws -> FaultServer {
    let documents = [
      "266f6222-c89d-43f2-9f8a-69340271e677": try answer("000014"),
      "ccb78947-6453-4ecc-9de8-bc0305c98f2d": try answer("000015"),
    ]
    let updates = try documents.keys.sorted().map {
      UpdateIdentity(updateID: try #require(GUID($0)), revisionNumber: 200)
    }
    let nothing = GetUpdateData.Response(updates: [], locations: [])
    let empty = ScriptedReply.bytes(
      SOAPReply.encode(GetUpdateData.self, nothing, version: .v11), type: "text/xml; charset=utf-8")
    let lists = (categories: list([]), updates: list(updates))
    let fixed = [
      "GetAuthConfig": try answer("000001"), "GetAuthorizationCookie": try answer("000002"),
      "GetCookie": try answer("000003"), "GetConfigData": try answer("000005"),
    ].merging(overrides) { $1 }
    return try FaultServer { request in
      let operation = request["SOAPAction"]?.split(separator: "/").last?.dropLast() ?? ""
      if let reply = fixed[String(operation)] { return reply }
      switch operation {
      case "GetRevisionIdList": return request.bodyText.contains("<GetConfig>true") ? lists.categories : lists.updates
      default: return documents.first { request.bodyText.contains($0.key) }?.value ?? empty
      }
    }
  }

  private func site(_ server: FaultServer) async throws -> MirrorSite {
    let clock = TestClock(try #require(Timestamp("2026-10-04T16:34:00Z")))
    return try await MirrorSite(server.url, clock: clock)
  }

  @Test(
    "real answers: configuration, identities, decoded documents and files are as recorded", .enabled(if: root != nil))
  func replay() async throws {
    let server = try server()
    let site = try await site(server)
    let report = try await site.sync(.metadataOnly) { $0.batchCap = 1 }
    // The recording lacks the members of the bundle; nothing else is missing.
    let bundle = try #require(GUID("ccb78947-6453-4ecc-9de8-bc0305c98f2d"))
    let members = try #require(try await site.catalog.update(bundle)).bundles.map(\.updateID)
    #expect(!members.isEmpty)
    #expect(Set(report.unavailable.map(\.identity.updateID)) == Set(members))
    let root = try #require(Self.root)
    let stored = try await site.contents()
    #expect(stored.count == 2)
    for (identity, document) in stored {
      let path = "\(root)/docs/\(identity.updateID)-r\(identity.revisionNumber).xml"
      let recorded = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
      #expect(document == recorded)
    }
    let configuration = try #require(try await site.catalog.upstream().configuration)
    #expect(configuration.limits.updates == 100 && configuration.isLazy && !configuration.isCatalogOnly)
    #expect(configuration.languages.count == 39)
    let guid = try #require(GUID("266f6222-c89d-43f2-9f8a-69340271e677"))
    let leaf = try #require(try await site.catalog.update(guid))
    let file = try #require(leaf.files.first)
    #expect(leaf.files.count == 1)
    #expect(file.file.digest == FileDigest(hex: "87f5bd0469585006aa5d3a77d1c662fd2895ddcd"))
    #expect(file.file.sha256 != nil)
    #expect(file.muURL?.hasPrefix("http://download.windowsupdate.com/") == true)
    withExtendedLifetime(server) {}
  }

  @Test(
    "the recorded lists of 30 categories and 30 updates are read with their anchors", .enabled(if: root != nil),
    arguments: ["000006", "000009", "000007", "000011"])
  func lists(number: String) async throws {
    let empty = GetUpdateData.Response(updates: [], locations: [])
    let none = ScriptedReply.bytes(SOAPReply.encode(GetUpdateData.self, empty, version: .v11), type: "text/xml")
    let server = try server(["GetRevisionIdList": try answer(number), "GetUpdateData": none])
    let site = try await site(server)
    try await site.sync(.metadataOnly)
    let body = try answer(number)
    guard case .bytes(let bytes) = body.body else { return }
    let text = String(decoding: bytes, as: UTF8.self)
    let listed = text.components(separatedBy: "<UpdateIdentity>").count - 1
    #expect(try await site.catalog.unavailableIdentities().count == listed)
    let anchor = try #require(try await site.catalog.upstream().updateAnchor)
    #expect(text.contains("<Anchor>\(anchor.text)</Anchor>"))
    withExtendedLifetime(server) {}
  }

  @Test(
    "the recorded faults lead to the right reaction: both end the run, InternalServerError drops the journal",
    .enabled(if: root != nil))
  func faults() async throws {
    let server = try server(["GetUpdateData": try answer("000017", status: 500)])
    let site = try await site(server)
    let error = try await site.failure()
    guard case .fault("GetUpdateData", _, let fault) = error else { return #expect(Bool(false), "\(error)") }
    #expect(fault.code == .internalServerError)
    #expect(try await site.catalog.pendingListing(.updates) == nil)

    let refusing = try self.server(["GetRevisionIdList": try answer("000018", status: 500)])
    let other = try await self.site(refusing)
    let second = try await other.failure()
    guard case .fault("GetRevisionIdList", nil, let refused) = second else {
      return #expect(Bool(false), "\(second)")
    }
    #expect(refused.code == .invalidParameters && refused.message == "filter")
    withExtendedLifetime((server, refusing)) {}
  }
}
