import Catalog
import Sealing
import UpdateModel
import WireFormat

/// Makes and reads the cookies of clients. Only the keys are kept, so a restart changes nothing (WUSP-117).
struct ClientCookieMint: Sendable {
  /// A cookie of one kind never opens as the other, nor as one of a DSS.
  static let authorizationPurpose = "MS-WUSP AuthorizationCookie"
  static let purpose = "MS-WUSP Cookie"

  let keys: SealingKeyRing
  let lifetime: Duration

  func authorization(
    for clientID: ClientID, _ computer: ComputerKey, at now: Timestamp, origin: CookieOrigin
  ) throws(Refusal) -> AuthorizationCookie {
    let contents = ClientAuthorization(
      clientID: clientID, computer: computer, expiration: now.adding(seconds: lifetime / .seconds(1)), origin: origin)
    return AuthorizationCookie(
      plugInID: AuthorizationCookie.simpleTargeting,
      cookieData: try keys.seal(contents.bytes, for: Self.authorizationPurpose))
  }

  /// - Throws: ``Refusal/invalidAuthorizationCookie`` for bytes that this server did not seal, an expired cookie, and
  ///   one of another server or epoch: all end in a new authorization.
  func open(
    _ cookie: AuthorizationCookie, at now: Timestamp, origin: CookieOrigin
  ) throws(Refusal) -> ClientAuthorization {
    guard let bytes = try keys.unseal(cookie.cookieData, for: Self.authorizationPurpose),
      let contents = ClientAuthorization(bytes: bytes), contents.expiration > now, contents.origin == origin
    else { throw .invalidAuthorizationCookie }
    return contents
  }

  /// A new cookie for a client that has shown its authorization; what it heard before goes on in `marks`.
  func contents(
    from authorization: ClientAuthorization, protocolVersion: ProtocolVersion, configurationChange: Timestamp,
    marks: PassMarks, at now: Timestamp
  ) -> ClientCookieContents {
    ClientCookieContents(
      clientID: authorization.clientID, computer: authorization.computer,
      expiration: now.adding(seconds: lifetime / .seconds(1)), origin: authorization.origin,
      protocolVersion: protocolVersion, configurationChange: configurationChange, marks: marks)
  }

  func cookie(_ contents: ClientCookieContents) throws(Refusal) -> Cookie {
    Cookie(expiration: contents.expiration, encryptedData: try keys.seal(contents.bytes, for: Self.purpose))
  }

  /// The contents of a cookie of this server's keys and of `origin`, expired or not.
  ///
  /// - Throws: ``Refusal/invalidCookie``, ``Refusal/serverChanged``.
  func contents(of cookie: Cookie?, origin: CookieOrigin) throws(Refusal) -> ClientCookieContents {
    guard let cookie, let bytes = try keys.unseal(cookie.encryptedData, for: Self.purpose),
      let contents = ClientCookieContents(bytes: bytes)
    else { throw .invalidCookie }
    guard contents.origin == origin else { throw .serverChanged }
    return contents
  }

  /// The contents of a cookie that is good now, by its sealed expiry (WUSP-059).
  ///
  /// - Throws: ``Refusal/invalidCookie``, ``Refusal/serverChanged``, ``Refusal/cookieExpired``, in this order.
  func current(_ cookie: Cookie?, at now: Timestamp, origin: CookieOrigin) throws(Refusal) -> ClientCookieContents {
    let contents = try contents(of: cookie, origin: origin)
    guard contents.expiration > now else { throw .cookieExpired }
    return contents
  }
}
