import Catalog
import Platform
import UpdateModel
import WireFormat

/// The operations of the USS, by service (MS-WSUSSS 3.1.4).
///
/// Reads the catalogue, one snapshot for each answer. What an operation may do without a good
/// cookie is nothing.
struct ServerSyncService: Sendable {
  let catalog: Catalog
  let mint: CookieMint
  let registration: RegistrationPolicy
  let limits: UpdateServerLimits
  let clock: @Sendable () -> Timestamp
  let gate: BusyGate
  /// For checks of passwords: who makes them is not known yet, so they take no place from those who are.
  let passwordGate: BusyGate

  var serverSyncOperations: OperationTable {
    var table = OperationTable()
    table.add(GetAuthConfig.self, authConfig)
    table.add(GetCookie.self, cookie)
    table.add(GetConfigData.self, configData)
    table.addStreamed(GetRevisionIdList.self, gate: gate, admit: { try await caller($0.cookie) }, revisionIDList)
    table.addStreamed(GetUpdateData.self, gate: gate, admit: { try await caller($0.cookie) }, updateData)
    table.add(GetUpdateDecryptionData.self, gate: gate, admit: { try await caller($0.cookie) }, decryptionData)
    table.add(GetDeployments.self, gate: gate, admit: { try await caller($0.cookie) }, deployments)
    table.add(DownloadFiles.self, downloadFiles)
    table.add(GetRelatedRevisionsForUpdates.self, relatedRevisions)
    table.add(Ping.self, ping)
    return table
  }

  var authorizationOperations: OperationTable {
    var table = OperationTable()
    // Passwords cost time to check.
    table.add(
      GetAuthorizationCookie.self, gate: registration.authentication == .none ? nil : passwordGate, authorizationCookie)
    table.add(Ping.self, ping)
    return table
  }

  var reportingOperations: OperationTable {
    var table = OperationTable()
    table.add(Ping.self, ping)
    return table
  }

  /// Where the cookies of this server come from. Read each time: an administrator may start a
  /// new epoch while the server runs.
  func origin() async throws -> CookieOrigin {
    let identity = try await catalog.identity()
    return CookieOrigin(serverID: identity.serverID, epoch: identity.epoch)
  }

  func caller(_ cookie: Cookie?) async throws -> Caller {
    let caller = try mint.caller(cookie, at: clock(), origin: try await origin())
    try await desk.recheck(caller.downstreamID, Peer.current)
    return caller
  }

  var desk: AdmissionDesk { AdmissionDesk(catalog: catalog, policy: registration, pool: .shared) }

  /// The time, and nothing of the host (SSS-229).
  @Sendable func ping(_ request: Ping.Request) async throws -> Ping.Response { Ping.Response(time: clock()) }
}
