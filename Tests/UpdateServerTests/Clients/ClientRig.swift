import Catalog
import GRDB
import TestSupport
import Testing
import UpdateModel
import WireFormat

@testable import UpdateServer

/// A client of one server, as a test plays it: what it knows between two calls.
struct TestClient: Sendable {
  let rig: ServerRig
  var id = TestClient.id
  var name = "pc1.example"
  var version = "2.90"
  var groups: String?
  var cookie: Cookie?

  static let id = "e1da06a3-5601-43c9-bac3-52d5db701494"

  init(_ rig: ServerRig) { self.rig = rig }

  func config() async throws -> GetClientConfig.Response {
    try await rig.call(GetClientConfig.self, .init(protocolVersion: version))
  }

  func authorization() async throws -> AuthorizationCookie {
    try await rig.call(
      GetClientAuthorizationCookie.self, .init(clientID: id, targetGroupName: groups, dnsName: name))
  }

  func cookieRequest(
    _ authorization: [AuthorizationCookie], old: Cookie? = nil, lastChange: Timestamp?, version: String? = nil
  ) -> GetClientCookie.Request {
    .init(
      authorizationCookies: authorization, oldCookie: old, lastChange: lastChange, currentTime: rig.clock.now,
      protocolVersion: version ?? self.version)
  }

  /// GetConfig, GetAuthorizationCookie, GetCookie.
  mutating func handshake(old: Cookie? = nil) async throws {
    cookie = try await rig.call(
      GetClientCookie.self,
      cookieRequest([try await authorization()], old: old, lastChange: try await config().lastChange))
  }

  func register(_ change: (inout ComputerInfo) -> Void = { _ in }) async throws {
    var info = ComputerInfo(dnsName: name)
    info.osMajorVersion = 10
    info.osBuildNumber = 26_200
    info.oldProductType = 1
    change(&info)
    _ = try await rig.call(RegisterComputer.self, .init(cookie: cookie, computerInfo: info))
  }

  /// A client that has come in and registered.
  static func known(
    to rig: ServerRig, id: String = TestClient.id, version: String = "2.90", groups: String? = nil
  ) async throws -> TestClient {
    var client = TestClient(rig)
    client.id = id
    client.version = version
    client.groups = groups
    try await client.handshake()
    try await client.register()
    return client
  }

  /// One call of SyncUpdates; its new cookie is kept.
  @discardableResult
  mutating func sync(
    installed: [Int32] = [], other: [Int32] = [], _ change: (inout SyncUpdates.Parameters) -> Void = { _ in }
  ) async throws -> SyncInfo {
    let answer = try await rig.call(SyncUpdates.self, syncRequest(installed: installed, other: other, change))
    cookie = answer.newCookie
    return answer
  }

  func syncRequest(
    installed: [Int32] = [], other: [Int32] = [], _ change: (inout SyncUpdates.Parameters) -> Void = { _ in }
  ) -> SyncUpdates.Request {
    var parameters = SyncUpdates.Parameters()
    parameters.installedNonLeafUpdateIDs = installed
    parameters.otherCachedUpdateIDs = other
    change(&parameters)
    return .init(cookie: cookie, parameters: parameters)
  }

  /// Software rounds until nothing new comes; everything that is no leaf counts as installed.
  ///
  /// - Returns: what came, in its order, and how many calls it took.
  mutating func scan() async throws -> (updates: [UpdateInfo], rounds: Int) {
    var updates: [UpdateInfo] = []
    for round in 1...200 {
      let answer = try await sync(
        installed: updates.filter { !$0.isLeaf }.map(\.id), other: updates.filter(\.isLeaf).map(\.id))
      updates += answer.newUpdates
      if answer.newUpdates.isEmpty && !answer.isTruncated { return (updates, round) }
    }
    throw RawConnection.Failure(words: "the scan does not end")
  }
}

extension UpdateInfo {
  var xmlText: String { String(decoding: xml ?? [], as: UTF8.self) }
  /// The update's GUID as its core fragment spells it.
  var updateID: GUID? {
    xmlText.firstRange(of: "UpdateID=\"").flatMap { GUID(String(xmlText[$0.upperBound...].prefix(36))) }
  }
}

/// A small catalogue: one detectoid below which two updates wait, a bundle with a member, and an update that nobody
/// approved.
enum ClientCatalogue {
  static let detectoid = 1
  static let update = 2
  static let bundle = 3
  static let member = 4
  static let unapproved = 5
  static let file = Fixtures.file(70)

  static func publish(in catalog: Catalog, approving: [Int] = [update, bundle]) async throws {
    try await catalog.publishNow(Fixtures.metadata(detectoid, kind: .detectoid), kind: .configuration)
    try await catalog.publishNow(
      Fixtures.metadata(member) { $0.prerequisites = [detected] },
      Fixtures.metadata(update) { change in
        change.prerequisites = [detected]
        change.isExplicitlyDeployable = true
      },
      Fixtures.metadata(bundle) { change in
        change.prerequisites = [detected]
        change.isExplicitlyDeployable = true
        change.bundledUpdates = [BundleClause(identities: [Fixtures.metadata(member).identity])]
      },
      Fixtures.metadata(unapproved) { $0.isExplicitlyDeployable = true })
    for number in approving { try await approve(number, in: catalog) }
  }

  static let detected = PrerequisiteClause(updateIDs: [Fixtures.guid(detectoid)])

  @discardableResult
  static func approve(
    _ number: Int, in catalog: Catalog, for group: GUID = TargetGroup.allComputers.targetGroupID,
    action: DeploymentAction = .install
  ) async throws -> Deployment {
    try await catalog.approve(
      ApprovalRequest(updateID: Fixtures.guid(number), targetGroupID: group, action: action))
  }
}

extension ServerRig {
  /// Changes the database behind the server's back.
  func damage(_ sql: String) throws {
    let queue = try DatabaseQueue(path: directory.path("catalog.sqlite"))
    try queue.write { db in try db.execute(sql: sql) }
    try queue.close()
  }
}
