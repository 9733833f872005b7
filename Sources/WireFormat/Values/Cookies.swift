public import UpdateModel

/// What the authorization service gives a DSS (MS-WSUSSS 2.2.4.7).
public struct AuthorizationCookie: Hashable, Sendable {
  /// The only plug-in of this protocol.
  public static let dssTargeting = "DssTargeting"

  public let plugInID: String
  /// Opaque to a DSS, which returns it byte for byte (SSS-088).
  public let cookieData: [UInt8]

  public init(plugInID: String = AuthorizationCookie.dssTargeting, cookieData: [UInt8]) {
    self.plugInID = plugInID
    self.cookieData = cookieData
  }
}

/// What a DSS shows with each call (MS-WSUSSS 2.2.4.8).
public struct Cookie: Hashable, Sendable {
  public let expiration: Timestamp
  /// Opaque to a DSS, which returns it byte for byte (SSS-088).
  public let encryptedData: [UInt8]

  public init(expiration: Timestamp, encryptedData: [UInt8]) {
    self.expiration = expiration
    self.encryptedData = encryptedData
  }
}

extension AuthorizationCookie: CustomStringConvertible {
  /// Never shows the data.
  public var description: String { "authorization cookie of \(cookieData.count) bytes" }
}

extension Cookie: CustomStringConvertible {
  /// Never shows the data.
  public var description: String { "cookie of \(encryptedData.count) bytes until \(expiration)" }
}

extension XMLWriter {
  /// The children take the namespace of the message around them: a cookie received from the
  /// authorization service moves into the namespace of Server Sync (SSS-035).
  mutating func element(_ name: StaticString, _ cookie: AuthorizationCookie) {
    start(name)
    element("PlugInId", cookie.plugInID)
    element("CookieData", base64: cookie.cookieData)
    end()
  }

  mutating func element(_ name: StaticString, _ cookie: Cookie?) {
    guard let cookie else { return }
    start(name)
    element("Expiration", cookie.expiration)
    element("EncryptedData", base64: cookie.encryptedData)
    end()
  }
}

extension ElementReader {
  func authorizationCookie() throws(WireError) -> AuthorizationCookie {
    AuthorizationCookie(
      plugInID: try string("PlugInId") ?? "", cookieData: try base64IfPresent("CookieData") ?? [])
  }

  func cookie() throws(WireError) -> Cookie {
    Cookie(expiration: try timestamp("Expiration"), encryptedData: try base64IfPresent("EncryptedData") ?? [])
  }

  /// The cookie of a request; nil when there is none or it cannot be read: the server answers
  /// InvalidCookie to all of these alike (SSS-102).
  func requestCookie(_ name: String = "cookie") -> Cookie? {
    guard let cookie = child(name), let text = cookie.nonEmpty("EncryptedData"),
      let data = Base64.decode(text.utf8), !data.isEmpty
    else { return nil }
    let expiration = cookie.nonEmpty("Expiration").flatMap { WireText.timestamp($0.utf8) }
    return Cookie(expiration: expiration ?? Timestamp(ticks: 0), encryptedData: data)
  }

  /// An authorization cookie of a request; data that cannot be read is empty, which no server
  /// can have issued (SSS-091).
  func requestAuthorizationCookie() -> AuthorizationCookie {
    let data = nonEmpty("CookieData").flatMap { Base64.decode($0.utf8) }
    return AuthorizationCookie(plugInID: nonEmpty("PlugInId") ?? "", cookieData: data ?? [])
  }
}
