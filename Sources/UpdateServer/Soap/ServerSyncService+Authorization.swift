import Catalog
import UpdateModel
import WireFormat

extension ServerSyncService {
  /// MS-WSUSSS 3.1.4.1. `LastChange` must be there and means nothing: it is a constant.
  @Sendable func authConfig(_ request: GetAuthConfig.Request) async throws -> GetAuthConfig.Response {
    GetAuthConfig.Response(lastChange: Timestamp(unixSeconds: 0))
  }

  /// MS-WSUSSS 3.1.4.2. The first call of a GUID that is let in makes its row (SSS-084).
  @Sendable func authorizationCookie(
    _ request: GetAuthorizationCookie.Request
  ) async throws -> GetAuthorizationCookie.Response {
    let account = try DownstreamAccount(
      accountName: request.accountName, accountGUID: request.accountGUID, policy: registration)
    try await desk.admit(account, Peer.current)
    return try mint.authorization(for: account, at: clock(), origin: try await origin())
  }

  /// MS-WSUSSS 3.1.4.3. The old cookie is not needed.
  @Sendable func cookie(_ request: GetCookie.Request) async throws -> GetCookie.Response {
    guard let stated = request.protocolVersion else { throw Refusal.invalidParameters("protocolVersion") }
    let version = try ProtocolVersion.accepted(stated, parameter: "protocolVersion")
    guard request.authorizationCookies.count == 1 else { throw Refusal.invalidParameters("authCookies") }
    let now = clock()
    let authorization = try mint.open(request.authorizationCookies[0], at: now, origin: try await origin())
    try await desk.recheck(authorization.downstreamID, Peer.current)
    try await record(version, of: authorization.downstreamID)
    return try mint.cookie(from: authorization, protocolVersion: version, at: now)
  }

  /// Keeps the version that a registered DSS speaks.
  private func record(_ version: ProtocolVersion, of downstreamID: GUID) async throws {
    guard let known = try await catalog.downstreamServer(downstreamID), known.protocolVersion != version else { return }
    try await catalog.registerDownstream(downstreamID, name: known.name, protocolVersion: version)
  }

  /// MS-WSUSSS 3.1.4.4. An anchor that is unknown counts as none: all languages (AMB-11).
  @Sendable func configData(_ request: GetConfigData.Request) async throws -> GetConfigData.Response {
    _ = try await caller(request.cookie)
    return try await catalog.serverConfiguration(since: request.anchor)
  }
}
