public import UpdateModel

/// One ReportingEvent as a client sent it (MS-WUSP 2.2.2.3.1). SequenceNumber and PrivateData are ignored and not here.
public struct ClientEvent: Hashable, Sendable {
  /// TargetID.Sid; must be the computer's own id.
  public var targetID: String
  public var instanceID: GUID
  public var namespaceID: Int
  public var eventID: Int16
  public var sourceID: Int16
  public var timeAtTarget: Timestamp
  /// nil, or an update of all zeros: the event is about no update.
  public var update: UpdateIdentity?
  /// Win32HResult.
  public var result: Int32
  public var appName: String?
  public var deviceID: String?
  public var replacementStrings: [String]
  /// `tag=value`.
  public var miscData: [String]

  public init(
    targetID: String, instanceID: GUID, namespaceID: Int = 1, eventID: Int16, sourceID: Int16,
    timeAtTarget: Timestamp, update: UpdateIdentity? = nil, result: Int32 = 0, appName: String? = nil,
    deviceID: String? = nil, replacementStrings: [String] = [], miscData: [String] = []
  ) {
    self.targetID = targetID
    self.instanceID = instanceID
    self.namespaceID = namespaceID
    self.eventID = eventID
    self.sourceID = sourceID
    self.timeAtTarget = timeAtTarget
    self.update = update
    self.result = result
    self.appName = appName
    self.deviceID = deviceID
    self.replacementStrings = replacementStrings
    self.miscData = miscData
  }
}

/// What became of a batch of events.
public struct EventReceipt: Hashable, Sendable {
  public let stored: Int
  /// Instance ids that were stored before (WUSP-333).
  public let repeated: Int
  /// For the log; the client is told that its batch was received all the same.
  public let refused: [RefusedEvent]
}

/// An event that was not stored.
public struct RefusedEvent: Hashable, Sendable {
  public enum Reason: Error, Hashable, Sendable {
    /// It speaks of another computer than the one that sent it (WUSP-334).
    case foreignTarget(String)
    /// Only namespace 1 is specified (WUSP-329).
    case namespace(Int)
    /// A status that names more updates than ``ClientLimits/namedUpdates``.
    case tooManyUpdates(limit: Int)
  }

  /// Position in the batch.
  public let index: Int
  public let reason: Reason
}

extension RefusedEvent: CustomStringConvertible {
  public var description: String {
    switch reason {
    case .foreignTarget(let id): "event \(index): target id of another computer: \(id.debugDescription)"
    case .namespace(let id): "event \(index): expected namespace 1, found \(id)"
    case .tooManyUpdates(let limit): "event \(index): names more than \(limit) updates"
    }
  }
}

/// Bounds of what clients make the catalogue keep (docs/catalog.md, client computers).
public enum ClientLimits {
  public static let computers = 100_000
  public static let eventsPerBatch = 5_000
  public static let namedUpdates = 20_000
  public static let replacementStrings = 16
  public static let miscStrings = 64
  public static let requestedGroups = 64
  /// Of a requested group's name, as the roll-up has it.
  public static let groupNameLength = 256
  /// Events of all callers that wait for the disk.
  public static let waitingEvents = 100_000
}
