import Catalog
import TestSupport
import Testing
import UpdateModel
import WireFormat

@testable import UpdateServer

@Suite struct SchemaTests {
  @Test(
    "SSS-011, SSS-023, SSS-034: every answer of a full server is valid by the published schemas",
    .enabled(if: SchemaValidator.folder != nil, "needs the WSDL files beside the recordings"))
  func answersAreValid() async throws {
    try await ServerRig.run { rig async throws in
      try await Self.fill(rig)
      let answers = try await Self.answers(rig)
      let sync = try SchemaValidator(wsdl: "server-sync.wsdl")
      let authorization = try SchemaValidator(wsdl: "dss-auth.wsdl")
      for (operation, answer) in answers {
        #expect(answer.status == 200, "\(operation)")
        let schema = operation == GetAuthorizationCookie.operationName ? authorization : sync
        #expect(try schema.complaints(about: answer.body) == "", "\(operation): \(answer.text)")
      }
      let wrong = Array("<a><Body><GetAuthConfigResponse x=\"\"/></Body></a>".utf8)
      #expect(try sync.complaints(about: wrong) != "")
    }
  }

  private static func fill(_ rig: ServerRig) async throws {
    try await rig.catalog.publishNow(
      Fixtures.metadata(1, kind: .category(.product)), Fixtures.metadata(2, kind: .detectoid), kind: .configuration)
    let withFiles = Fixtures.metadata(3, files: [Fixtures.file(1, isEncrypted: true), Fixtures.file(2)]) {
      $0.eulaID = Fixtures.guid(70)
    }
    try await rig.catalog.publishNow([
      Fixtures.staged(withFiles, muURL: "http://download.example/a?b&c"), Fixtures.staged(Fixtures.metadata(4)),
    ])
    try await rig.catalog.storeDecryptionKeys([
      RevisionKeys(identity: withFiles.identity, files: [.init(digest: Fixtures.digest(1), key: [1, 2])])
    ])
    let group = try await rig.catalog.createGroup(name: "Lab")
    let kept = ApprovalRequest(
      updateID: Fixtures.guid(3), targetGroupID: group.targetGroupID, adminName: "LAB\\admin", downloadPriority: 3)
    _ = try await rig.catalog.approve(kept)
    let removed = ApprovalRequest(updateID: Fixtures.guid(4), targetGroupID: group.targetGroupID)
    try await rig.catalog.removeDeployment(rig.catalog.approve(removed).deploymentID)
    try await rig.catalog.decline(Fixtures.guid(4))
    try await rig.catalog.acceptEULA(Fixtures.guid(70))
  }

  private static func answers(_ rig: ServerRig) async throws -> [(String, RawAnswer)] {
    let cookie = try await rig.cookie()
    let identities = [1, 2, 3, 4].map { UpdateIdentity(updateID: Fixtures.guid($0), revisionNumber: 1) }
    let authorization = try await rig.authorization()
    let anchor = SyncAnchor(try await rig.catalog.mark().description)
    return [
      ("GetAuthConfig", try await rig.raw(GetAuthConfig.self, .init())),
      (
        "GetAuthorizationCookie",
        try await rig.raw(
          GetAuthorizationCookie.self, .init(accountName: "dss.example", accountGUID: ServerRig.downstream))
      ),
      (
        "GetCookie",
        try await rig.raw(
          GetCookie.self, .init(authorizationCookies: [authorization], oldCookie: cookie, protocolVersion: "1.20"))
      ),
      ("GetConfigData", try await rig.raw(GetConfigData.self, .init(cookie: cookie, anchor: nil))),
      (
        "GetRevisionIdList",
        try await rig.raw(
          GetRevisionIdList.self, .init(cookie: cookie, filter: RevisionFilter(anchor: nil, isConfiguration: false)))
      ),
      ("GetUpdateData", try await rig.raw(GetUpdateData.self, .init(cookie: cookie, identities: identities))),
      (
        "GetUpdateDecryptionData",
        try await rig.raw(GetUpdateDecryptionData.self, .init(cookie: cookie, identities: identities))
      ),
      (
        "GetDeployments",
        try await rig.raw(
          GetDeployments.self, .init(cookie: cookie, deploymentAnchor: nil, syncAnchor: anchor))
      ),
      (
        "DownloadFiles",
        try await rig.raw(DownloadFiles.self, .init(cookie: cookie, digests: [Fixtures.digest(1)]))
      ),
      (
        "GetRelatedRevisionsForUpdates",
        try await rig.raw(GetRelatedRevisionsForUpdates.self, .init(cookie: cookie, updateIDs: [Fixtures.guid(3)]))
      ),
      ("Ping", try await rig.raw(Ping.self, .init(level: 1))),
    ]
  }
}
