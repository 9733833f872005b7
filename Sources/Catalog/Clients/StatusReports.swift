public import UpdateModel

/// `report summary`: all computers, and those of each target group.
public struct ClientSummary: Hashable, Sendable {
  public let all: GroupSummary
  /// By name; a computer counts in its groups and in all groups above them.
  public let groups: [GroupSummary]
}

/// The computers of one target group, and what they need.
public struct GroupSummary: Hashable, Sendable {
  public let group: TargetGroup
  public internal(set) var computers = 0
  /// They have never sent a status.
  public internal(set) var notReported = 0
  /// They have sent a status, and need, download or fail at nothing, and wait for no restart.
  public internal(set) var upToDate = 0
  /// With an update that is needed or downloaded.
  public internal(set) var needing = 0
  public internal(set) var failing = 0
  public internal(set) var waitingForReboot = 0
  /// Their last detection failed.
  public internal(set) var failedDetections = 0
  /// States of updates that are not declined, over all computers; `unknown` and `notApplicable` are not counted.
  public internal(set) var states = StateCounts()

  init(_ group: TargetGroup) { self.group = group }
}

/// What `report updates` asks for.
public struct UpdateStatusQuery: Hashable, Sendable {
  /// Which updates, by product, classification, approval, title; its `limit` and `after` page the report.
  public var updates = UpdateQuery()
  /// Only computers of these groups, or of groups below, are counted; empty = all.
  public var groups: [GUID] = []
  /// Only updates that are in one of these states on a computer (of any group).
  public var states: Set<UpdateState> = []

  public init() {}
}

/// One line of `report updates`.
public struct UpdateStatusRow: Hashable, Sendable {
  public let update: UpdateRow
  /// Computers by the state of the update; together all computers that were asked for.
  public let computers: StateCounts
}

/// An update on one computer.
public struct ComputerUpdateStatus: Hashable, Sendable {
  public let updateID: GUID
  public let title: String?
  public let state: UpdateState
  public let lastChange: Timestamp
  /// Of a failure, when an event named it.
  public let errorCode: Int32?
  public let isDeclined: Bool
  /// Give the last one as `after` to get the next page.
  public let position: Int64
}

/// A computer that reported on one update.
public struct UpdateComputerStatus: Hashable, Sendable {
  /// Give the last one as `after` to get the next page.
  public let computer: ComputerKey
  public let clientID: ClientID
  public let dnsName: String
  public let state: UpdateState
  public let lastChange: Timestamp
  public let errorCode: Int32?
}

/// Computers that fail with the same error at the same thing.
public struct FailureRow: Hashable, Sendable {
  /// nil when only a status event, which names no codes, told of the failure.
  public let errorCode: Int32?
  /// nil: the detection failed.
  public let updateID: GUID?
  public let title: String?
  public let computers: Int
  public let lastChange: Timestamp
}

/// What `report failures` asks for.
public struct FailureQuery: Hashable, Sendable {
  public var groups: [GUID] = []
  public var updateID: GUID?
  /// 1 to 10,000.
  public var limit = 100
  public var offset = 0
  public var language: String?

  public init() {}
}
