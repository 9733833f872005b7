public import UpdateModel

/// The ErrorCodes of application faults, spelled as on the wire (MS-WSUSSS 2.2.9.3, SSS-041; MS-WUSP 2.2.2.4).
public enum FaultCode: String, Hashable, Sendable, CaseIterable {
  case invalidParameters = "InvalidParameters"
  case invalidCookie = "InvalidCookie"
  case invalidAuthorizationCookie = "InvalidAuthorizationCookie"
  case serverChanged = "ServerChanged"
  case fileDigestsMissing = "FileDigestsMissing"
  case serverBusy = "ServerBusy"
  case incompatibleProtocolVersion = "IncompatibleProtocolVersion"
  case internalServerError = "InternalServerError"
  case tooManyIds = "TooManyIds"
  case configChanged = "ConfigChanged"
  case cookieExpired = "CookieExpired"
  case registrationRequired = "RegistrationRequired"
  case registrationNotRequired = "RegistrationNotRequired"
  case fileLocationChanged = "FileLocationChanged"

  /// Reads a code, also in the other spelling that the specification has for one.
  init?(onWire text: String) {
    self.init(rawValue: text == "FileLocationsChanged" ? FaultCode.fileLocationChanged.rawValue : text)
  }
}

/// What each ErrorCode means to both sides (MS-WSUSSS 2.2.9.3, SSS-043 to SSS-051). The last five come from servers to
/// their clients, never to a DSS; what a client does is in ``ClientRecovery``.
public enum FaultTable {
  /// One line of the table.
  public struct Row: Hashable, Sendable {
    public let code: FaultCode
    /// What a DSS does.
    public let reaction: Reaction
    /// Whose fault it is: the caller's (`Client`) or the server's (`Server`).
    public let isClientFault: Bool
  }

  public static let rows: [Row] = [
    Row(code: .invalidParameters, reaction: .giveUp, isClientFault: true),
    Row(code: .invalidCookie, reaction: .restartSession, isClientFault: true),
    Row(code: .invalidAuthorizationCookie, reaction: .restartSession, isClientFault: true),
    Row(code: .serverChanged, reaction: .resetAnchors, isClientFault: true),
    Row(code: .fileDigestsMissing, reaction: .restartSession, isClientFault: true),
    Row(code: .serverBusy, reaction: .retry(after: nil), isClientFault: false),
    Row(code: .incompatibleProtocolVersion, reaction: .giveUp, isClientFault: true),
    Row(code: .internalServerError, reaction: .giveUp, isClientFault: false),
    Row(code: .tooManyIds, reaction: .giveUp, isClientFault: true),
    Row(code: .configChanged, reaction: .restartSession, isClientFault: true),
    Row(code: .cookieExpired, reaction: .restartSession, isClientFault: true),
    Row(code: .registrationRequired, reaction: .giveUp, isClientFault: true),
    Row(code: .registrationNotRequired, reaction: .giveUp, isClientFault: true),
    Row(code: .fileLocationChanged, reaction: .giveUp, isClientFault: true),
  ]

  /// What a DSS does about a fault without a known ErrorCode (SSS-051).
  public static let reactionWithoutCode = Reaction.giveUp

  /// The line of a code.
  public static func row(_ code: FaultCode) -> Row? { rows.first { $0.code == code } }
}
