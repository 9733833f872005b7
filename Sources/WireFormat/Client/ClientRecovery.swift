/// What a client does about a fault before it calls again (MS-WUSP 2.2.2.4, WUSP-062 to WUSP-069).
///
/// Once for each failing call: a second fault ends the scan.
public enum ClientRecovery: Hashable, Sendable {
  /// Forgets its cookie, then GetConfig, GetAuthorizationCookie, GetCookie and RefreshCache.
  case handshakeAndRefreshCache
  /// GetConfig, GetAuthorizationCookie and GetCookie.
  case handshake
  /// GetAuthorizationCookie and GetCookie.
  case newCookie
  /// RegisterComputer.
  case register
  /// Does not register again.
  case stopRegistering
  /// GetFileLocations.
  case locateFiles
  /// Ends the scan and tries again later, not at once.
  case tryLater
  /// Ends the scan: the same call would fail again.
  case giveUp

  /// The row of a fault's ErrorCode; nil for a fault without one that is known (WUSP-070).
  public init(_ code: FaultCode?) {
    self =
      switch code {
      case .invalidCookie, .serverChanged: .handshakeAndRefreshCache
      case .configChanged, .invalidAuthorizationCookie: .handshake
      case .cookieExpired: .newCookie
      case .registrationRequired: .register
      case .registrationNotRequired: .stopRegistering
      case .fileLocationChanged: .locateFiles
      case .serverBusy, .internalServerError: .tryLater
      case .invalidParameters, .fileDigestsMissing, .incompatibleProtocolVersion, .tooManyIds, nil: .giveUp
      }
  }
}
