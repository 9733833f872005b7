import Catalog
import Platform
import Sealing
import UpdateModel

/// Decides which servers get an authorization cookie, and whether they may still use it.
struct AdmissionDesk: Sendable {
  let catalog: Catalog
  let policy: RegistrationPolicy
  let pool: BlockingPool

  /// Lets an account in, and records it; or records that it was turned away.
  ///
  /// - Throws: ``Refusal/unauthenticated``, ``Refusal/needsEncryption``, ``Refusal/notAdmitted(_:)``.
  func admit(_ account: DownstreamAccount, _ peer: Peer) async throws {
    try await authenticate(account, peer)
    let isListed = try isListed(account, peer)
    let isApproved = policy.admission == .open ? true : try await isApproved(account.accountGUID)
    guard isListed || isApproved else {
      if policy.admission == .approve {
        try await catalog.recordRefusedDownstream(account.accountGUID, name: account.accountName)
      }
      throw Refusal.notAdmitted(.init(account: account, isWaiting: policy.admission == .approve))
    }
    try await catalog.registerDownstream(account.accountGUID, name: account.accountName, protocolVersion: nil)
  }

  /// Asked at each call with a cookie: a server that was removed, or that a stricter policy shuts out, loses its
  /// cookie. It asks for authorization again and is told there.
  ///
  /// - Throws: ``Refusal/invalidCookie``.
  func recheck(_ downstreamID: GUID, _ peer: Peer) async throws {
    guard policy.admission != .open else { return }
    guard let server = try await catalog.downstreamServer(downstreamID) else { throw Refusal.invalidCookie }
    let account = DownstreamAccount(accountGUID: downstreamID, accountName: server.name)
    guard try server.isApproved || isListed(account, peer) else { throw Refusal.invalidCookie }
  }

  private func isApproved(_ serverID: GUID) async throws -> Bool {
    try await catalog.downstreamServer(serverID)?.isApproved ?? false
  }

  private func isListed(_ account: DownstreamAccount, _ peer: Peer) throws -> Bool {
    guard case .allowList(let allowed) = policy.admission else { return false }
    if allowed.contains(.server(account.accountGUID)) { return true }
    if allowed.contains(.account(account.accountName.lowercased())) { return true }
    return try peer.certificateDigest().map { allowed.contains(.certificate($0)) } ?? false
  }

  private func authenticate(_ account: DownstreamAccount, _ peer: Peer) async throws {
    switch policy.authentication {
    case .none: return
    case .certificate: guard peer.certificate != nil else { throw Refusal.needsCertificate }
    case .basic(let accounts):
      // A password that came in the clear is nobody's secret any more.
      guard peer.isEncrypted else { throw Refusal.needsEncryption }
      guard let credentials = peer.credentials,
        let known = accounts.first(where: { $0.name.lowercased() == credentials.name.lowercased() })
      else { throw Refusal.unauthenticated }
      // Slow on purpose, so not on a thread that others wait for.
      guard try await pool.run({ try known.password.matches(credentials.password) }),
        known.name.lowercased() == account.accountName.lowercased()
      else { throw Refusal.unauthenticated }
    }
  }
}

/// A server that was turned away.
struct RefusedServer: Hashable, Sendable {
  let account: DownstreamAccount
  /// It is remembered and waits for an administrator.
  let isWaiting: Bool

  /// For the log. Name and GUID have been checked: they hold no control characters.
  var words: String {
    let server = "downstream server \(account.accountName) (\(account.accountGUID))"
    return isWaiting
      ? "\(server) was turned away: it waits for approval; hint: updatemirror downstream approve \(account.accountGUID)"
      : "\(server) was turned away: it is not on the list serve.allowed-servers"
  }
}
