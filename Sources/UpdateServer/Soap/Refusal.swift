import UpdateModel

/// Why an operation is answered with a fault (MS-WSUSSS 2.2.9).
enum Refusal: Error, Hashable, Sendable {
  /// Names the parameter (SSS-042).
  case invalidParameters(String)
  case invalidCookie
  case invalidAuthorizationCookie
  case serverChanged
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
}
