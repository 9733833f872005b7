import Sealing
import UpdateModel
import WireFormat

/// Makes and reads cookies. Only the keys are kept, so a restart changes nothing (SSS-098).
struct CookieMint: Sendable {
  /// A cookie of one kind never opens as the other.
  static let authorizationPurpose = "MS-WSUSSS AuthorizationCookie"
  static let purpose = "MS-WSUSSS Cookie"

  let keys: SealingKeyRing
  let lifetime: Duration
  let authorizationLifetime: Duration

  func authorization(
    for account: DownstreamAccount, at now: Timestamp, origin: CookieOrigin
  ) throws(Refusal) -> AuthorizationCookie {
    let contents = AuthorizationCookieContents(
      downstreamID: account.accountGUID, targetGroups: [],
      expiration: now.adding(seconds: authorizationLifetime / .seconds(1)), origin: origin)
    return AuthorizationCookie(cookieData: try keys.seal(contents.bytes, for: Self.authorizationPurpose))
  }

  /// - Throws: ``Refusal/invalidAuthorizationCookie`` for bytes that this server did not seal, an
  ///   expired cookie, and one of another server or epoch: all end in a new authorization.
  func open(
    _ cookie: AuthorizationCookie, at now: Timestamp, origin: CookieOrigin
  ) throws(Refusal) -> AuthorizationCookieContents {
    guard let bytes = try keys.unseal(cookie.cookieData, for: Self.authorizationPurpose),
      let contents = AuthorizationCookieContents(bytes: bytes), contents.expiration > now, contents.origin == origin
    else { throw .invalidAuthorizationCookie }
    return contents
  }

  /// The cookie lives for ``lifetime``, but not longer than the authorization (SSS-096).
  func cookie(
    from authorization: AuthorizationCookieContents, protocolVersion: ProtocolVersion, at now: Timestamp
  ) throws(Refusal) -> Cookie {
    let expiration = min(now.adding(seconds: lifetime / .seconds(1)), authorization.expiration)
    let contents = CookieContents(
      downstreamID: authorization.downstreamID, targetGroups: authorization.targetGroups, expiration: expiration,
      protocolVersion: protocolVersion.description, origin: authorization.origin)
    return Cookie(expiration: expiration, encryptedData: try keys.seal(contents.bytes, for: Self.purpose))
  }

  /// The checks of guide section 7 in their order. The expiry that counts is the sealed one.
  func caller(_ cookie: Cookie?, at now: Timestamp, origin: CookieOrigin) throws(Refusal) -> Caller {
    guard let cookie, let bytes = try keys.unseal(cookie.encryptedData, for: Self.purpose),
      let contents = CookieContents(bytes: bytes)
    else { throw .invalidCookie }
    return try contents.caller(at: now, origin: origin)
  }
}

extension SealingKeyRing {
  func seal(_ bytes: [UInt8], for purpose: String) throws(Refusal) -> [UInt8] {
    do { return try seal(bytes, purpose: purpose) } catch { throw .internalServerError }
  }

  /// - Returns: nil for bytes that this server did not seal for this purpose.
  func unseal(_ bytes: [UInt8], for purpose: String) throws(Refusal) -> [UInt8]? {
    do {
      return try open(bytes, purpose: purpose)
    } catch .library, .malformedKeyRing {
      throw .internalServerError
    } catch {
      return nil
    }
  }
}
