import Catalog
import Foundation
import TestSupport
import Testing
import UpdateModel
import WireFormat

@testable import UpdateServer

@Suite struct InteroperabilityTests {
  @Test("SSS-032, SSS-033: Base64 in lines and unusual prefixes are read")
  func spellings() async throws {
    try await ServerRig.run { rig async throws in
      let cookie = try await rig.cookie()
      let lines = Data(cookie.encryptedData).base64EncodedString(options: [.lineLength64Characters])
      let answer = try await rig.post(
        """
        <E:Envelope xmlns:E='http://schemas.xmlsoap.org/soap/envelope/' xmlns:q='http://www.microsoft.com/SoftwareDistribution'>
          <E:Body><q:GetConfigData><q:cookie>
            <q:Expiration>2026-03-10T05:00:00.0000000+01:00</q:Expiration>
            <q:EncryptedData>\n  \(lines)\n  </q:EncryptedData>
          </q:cookie></q:GetConfigData></E:Body>
        </E:Envelope>
        """)
      #expect(answer.status == 200, "\(answer.text)")
    }
  }

  @Test("SSS-026: an empty array is an empty element")
  func emptyArrays() async throws {
    try await ServerRig.run { rig async throws in
      let cookie = try await rig.cookie()
      let data = try await rig.call(GetUpdateData.self, .init(cookie: cookie, identities: []))
      #expect(data == GetUpdateData.Response(updates: [], locations: []))
      _ = try await rig.call(DownloadFiles.self, .init(cookie: cookie, digests: []))
    }
  }

  @Test("requests that arrive in one packet are answered in their order")
  func pipelining() async throws {
    try await ServerRig.run { rig async throws in
      let file = try await rig.store.put(Array("0123456789".utf8), name: "a.cab")
      let path = "/Content/\(file.digest.folder)/\(file.contentName)"
      let connection = try await rig.connect()
      try await connection.send(
        (0..<10).map { "GET \(path) HTTP/1.1\r\nHost: x\r\nRange: bytes=\($0)-\($0)\r\n\r\n" }.joined())
      for digit in 0..<10 {
        #expect(try await connection.answer().text == "\(digit)")
      }
    }
  }

  @Test("a client that asks for it loses its connection after the answer")
  func connectionClose() async throws {
    try await ServerRig.run { rig async throws in
      let connection = try await rig.connect()
      try await connection.send("GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
      #expect(try await connection.answer().status == 404)
      #expect(try await connection.rest().isEmpty)
    }
  }

  @Test(
    "the recorded requests of a scripted DSS are understood; their cookies of another server are refused",
    .enabled(if: Recordings.locate() != nil, "needs the recordings"))
  func recordedRequests() async throws {
    let root = try #require(Recordings.locate()) + "/docs/fixtures/wsus-m0-wsusss/exchanges"
    try await ServerRig.run { rig async throws in
      var replayed = 0
      for name in try FileManager.default.contentsOfDirectory(atPath: root).sorted() {
        guard let body = FileManager.default.contents(atPath: "\(root)/\(name)/request.body") else { continue }
        let text = String(decoding: body, as: UTF8.self)
        let isAuthorization = text.contains("GetAuthorizationCookie")
        let answer = try await rig.post(text, to: isAuthorization ? .dssAuth : .serverSync)
        if isAuthorization || text.contains("GetAuthConfig") {
          #expect(answer.status == 200, "\(name): \(answer.text)")
        } else {
          #expect(answer.status == 500)
          #expect(answer.text.contains("Cookie</ErrorCode>"), "\(name): \(answer.text)")
        }
        replayed += 1
      }
      #expect(replayed > 10)
    }
  }

  @Test(
    "SSS-206: replicas that ask at random moments end with the deployments of the server",
    arguments: [1, 2, 3] as [UInt64])
  func replicas(_ seed: UInt64) async throws {
    try await ServerRig.run { rig async throws in
      try await rig.catalog.publishNow((1...5).map { Fixtures.staged(Fixtures.metadata($0)) })
      let isDone = Watched(false)
      async let writing = Self.change(rig, seed: seed, isDone: isDone)
      async let first = Self.replica(rig, until: isDone)
      async let second = Self.replica(rig, until: isDone)
      let live = try await writing
      #expect(try await first == live)
      #expect(try await second == live)
    }
  }

  /// Approves and removes at random.
  ///
  /// - Returns: the deployments that are left.
  private static func change(_ rig: ServerRig, seed: UInt64, isDone: Watched<Bool>) async throws -> Set<GUID> {
    defer { isDone.update { $0 = true } }
    var generator = SeededGenerator(seed: seed)
    var live: [Int: GUID] = [:]
    for _ in 0..<60 {
      let number = Int.random(in: 1...5, using: &generator)
      if let deployment = live.removeValue(forKey: number) {
        try await rig.catalog.removeDeployment(deployment)
      } else {
        live[number] = try await rig.catalog.approve(
          ApprovalRequest(updateID: Fixtures.guid(number), targetGroupID: TargetGroup.allComputers.targetGroupID)
        ).deploymentID
      }
    }
    return Set(live.values)
  }

  private static func replica(_ rig: ServerRig, until isDone: Watched<Bool>) async throws -> Set<GUID> {
    let cookie = try await rig.cookie(guid: GUID.random())
    var live: Set<GUID> = []
    var anchor: DeploymentAnchor?
    var isLast = false
    repeat {
      isLast = isDone.value
      let list = try await rig.call(
        GetRevisionIdList.self, .init(cookie: cookie, filter: RevisionFilter(anchor: nil, isConfiguration: false)))
      let state = try await rig.call(
        GetDeployments.self, .init(cookie: cookie, deploymentAnchor: anchor, syncAnchor: list.anchor))
      live.subtract(state.deadDeployments)
      live.formUnion(state.deployments.map(\.deploymentID))
      anchor = state.anchor
    } while !isLast
    return live
  }
}
