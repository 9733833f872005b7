import UpdateModel

/// Why an operation is answered with a fault (MS-WSUSSS 2.2.9, MS-WUSP 2.2.2.4).
enum Refusal: Error, Hashable, Sendable {
  /// Names the parameter (SSS-042).
  case invalidParameters(String)
  case invalidCookie
  case invalidAuthorizationCookie
  case serverChanged
  /// To clients; a DSS gets InvalidCookie.
  case cookieExpired
  /// The client knows an older configuration (WUSP-176).
  case configChanged
  /// The client has to call RegisterComputer first (WUSP-177).
  case registrationRequired
  case registrationNotRequired
  case fileDigestsMissing([FileDigest])
  case serverBusy
  case incompatibleProtocolVersion
  case internalServerError
  /// The first element in Body is no operation of this service (SSS-233).
  case unknownOperation(String)
  /// The registration policy does not let this server in.
  case notAdmitted(RefusedServer)
  /// No credentials, or wrong ones: answered 401 (SSS-382).
  case unauthenticated
  /// Credentials are taken over TLS only: answered 403.
  case needsEncryption
  /// No client certificate: answered 403.
  case needsCertificate
  /// The Host of the request is no host that a URL could be made of: answered 400.
  case unusableHost
}
