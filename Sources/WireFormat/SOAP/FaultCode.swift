public import UpdateModel

/// The ErrorCodes of application faults, spelled as on the wire (MS-WSUSSS 2.2.9.3, SSS-041).
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
}

/// What each ErrorCode means to both sides (MS-WSUSSS 2.2.9.3, SSS-043 to SSS-051).
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
  ]

  /// What a DSS does about a fault without a known ErrorCode (SSS-051).
  public static let reactionWithoutCode = Reaction.giveUp

  /// The line of a code.
  public static func row(_ code: FaultCode) -> Row? { rows.first { $0.code == code } }
}
