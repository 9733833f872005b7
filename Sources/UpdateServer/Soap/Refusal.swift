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
}
