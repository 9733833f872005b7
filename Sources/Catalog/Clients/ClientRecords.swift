public import UpdateModel

/// Who decides which target groups a computer is in (wusp.md 8.2).
public enum Targeting: Int, Hashable, Sendable {
  /// The administrator assigns.
  case serverSide = 0
  /// The computer names the groups.
  case clientSide = 1
}

/// What a server needs of a computer to let it in.
public struct ClientRecord: Hashable, Sendable {
  public let computer: ComputerKey
  /// It was not known before.
  public let isNew: Bool
  /// RegisterComputer was called at some time.
  public let isRegistered: Bool
  /// The groups whose deployments count, with All Computers; parents are not in here.
  public let groups: Set<GUID>
}

/// A computer was here: for ``Catalog/recordContacts(_:)``.
public struct ClientContact: Hashable, Sendable {
  public var computer: ComputerKey
  public var time: Timestamp

  public init(computer: ComputerKey, time: Timestamp) {
    self.computer = computer
    self.time = time
  }
}

/// What `computers list` and `report computers` ask for; nil or empty = any.
public struct ComputerQuery: Hashable, Sendable {
  /// Computers of one of the groups or of a group below.
  public var groups: [GUID] = []
  /// Computers with an update in one of the states; `unknown` means those that never sent a status.
  public var states: Set<UpdateState> = []
  /// No contact since this moment.
  public var silentSince: Timestamp?
  /// Occurs in the name or the id, in any letter case.
  public var text: String?
  /// 1 to 10,000.
  public var limit = 100
  /// The last row's ``ComputerRow/position`` of the page before.
  public var after: ComputerRow.Position?

  public init() {}
}

/// One line of `computers list`. Lists are ordered by name.
public struct ComputerRow: Hashable, Sendable {
  /// Where a row stands in lists.
  public struct Position: Hashable, Sendable {
    let name: String
    let computer: ComputerKey
  }

  public let computer: ComputerKey
  public let clientID: ClientID
  public let dnsName: String
  public let address: String?
  /// The groups whose deployments count, by GUID, without All Computers and without parents.
  public let groups: [GUID]
  public let requestedGroups: [String]
  /// nil before the computer registered.
  public let operatingSystem: OperatingSystem?
  public let osDescription: String?
  public let firstContact: Timestamp
  public let lastContact: Timestamp
  /// When the last detection ended, and how.
  public let lastSync: Timestamp?
  public let lastSyncResult: SyncResult
  public let lastSyncError: Int32?
  /// Any event.
  public let lastReport: Timestamp?
  /// LastReportedStatusTime.
  public let lastStatus: Timestamp?
  /// EffectiveLastDetectionTime.
  public let lastDetection: Timestamp?
  public let lastReboot: Timestamp?
  /// The roll-up has to send the details again.
  public let hasDetailsChanged: Bool
  /// Updates that are not declined, by state; `unknown` and `notApplicable` are not counted.
  public let states: StateCounts

  public var position: Position { Position(name: dnsName, computer: computer) }
}

/// Everything that is known of one computer.
public struct ComputerDetails: Hashable, Sendable {
  public let row: ComputerRow
  /// nil before the computer registered.
  public let registration: ComputerRegistration?
  public let registered: Timestamp?
}

/// A computer that an administrator gave other groups, for the audit log.
public struct ComputerMove: Hashable, Sendable {
  public let clientID: ClientID
  public let dnsName: String
  /// Assigned groups by GUID; Unassigned Computers when there are none.
  public let before: [GUID]
  public let after: [GUID]
}
