public import UpdateModel

/// How far a client has heard of changes. Travels inside its cookie, one for each kind of pass.
public struct OfferMark: Hashable, Sendable {
  /// The last change of the catalogue that the answer knew.
  public var sequence: Int64
  /// The moment the answer was true for: deployments go live without any change of the catalogue.
  public var time: Timestamp
  /// ``GroupOffer/groupSet`` of the answer.
  public var groupSet: UInt64

  public init(sequence: Int64, time: Timestamp, groupSet: UInt64) {
    self.sequence = sequence
    self.time = time
    self.groupSet = groupSet
  }
}

/// `Action` on the wire. Block is never sent (WUSP-208), and no catalogue holds an OptionalInstall: an approval
/// that only offers is an install with ``EffectiveDeployment/isAssigned`` false.
public enum OfferedAction: UInt8, Sendable {
  case install
  case uninstall
  case preDeploymentCheck
  /// Neither offered nor reported: a prerequisite of something deployed.
  case evaluate
  /// Only because it is bundled by something deployed.
  case bundle
}

/// The deployment that a client gets with a revision (product.md section 3, A-29).
public struct EffectiveDeployment: Hashable, Sendable {
  /// Deployments that nobody made are numbered by their revision from here on.
  public static let firstImpliedNumber: Int32 = 0x4000_0000

  public var number: Int32
  public var action: OfferedAction
  /// nil = none (WUSP-210).
  public var deadline: Timestamp?
  public var isAssigned: Bool
  public var lastChange: CivilDate
  /// 1 to 3; 3 is the highest.
  public var downloadPriority: UInt8

  public init(
    number: Int32, action: OfferedAction, deadline: Timestamp? = nil, isAssigned: Bool, lastChange: CivilDate,
    downloadPriority: UInt8
  ) {
    self.number = number
    self.action = action
    self.deadline = deadline
    self.isAssigned = isAssigned
    self.lastChange = lastChange
    self.downloadPriority = downloadPriority
  }
}

/// UpdateInfo without its core fragment.
public struct OfferedRevision: Hashable, Sendable {
  public var revisionID: Int32
  public var isLeaf: Bool
  public var deployment: EffectiveDeployment
  /// The hardware ids by which a driver was chosen, for clients that know them (WUSP-261).
  public var hardwareIDs: [String]

  public init(revisionID: Int32, isLeaf: Bool, deployment: EffectiveDeployment, hardwareIDs: [String] = []) {
    self.revisionID = revisionID
    self.isLeaf = isLeaf
    self.deployment = deployment
    self.hardwareIDs = hardwareIDs
  }
}

/// SyncInfo, but for its cookie and the core fragments.
public struct SyncAnswer: Hashable, Sendable {
  /// NewUpdates: non-leaf ones first, then by revision id.
  public var new: [OfferedRevision]
  /// OutOfScopeRevisionIDs, ascending, each once.
  public var outOfScope: [Int32]
  /// ChangedUpdates, by revision id. They carry no core fragment (WUSP-197).
  public var changed: [OfferedRevision]
  /// DeployedOutOfScopeRevisionIds, ascending; nil when the client may not get the list (WUSP-227).
  public var deployedOutOfScope: [Int32]?
  public var isTruncated: Bool
  /// To be sealed into the new cookie. nil only after a filtered scan of a client whose mark could tell nothing.
  public var mark: OfferMark?
  /// nil when the client may not get it (WUSP-228).
  public var driverSyncNotNeeded: Bool?
}

/// An entry of RefreshCacheResult.
public struct RefreshedRevision: Hashable, Sendable {
  public var updateKey: Int32
  public var revisionNumber: Int32
  public var offered: OfferedRevision
}
