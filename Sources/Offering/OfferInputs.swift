public import UpdateModel

/// A row of the deployment table, live or dead, with the identifier that clients see.
///
/// A change of a row gets a new ``sequence``. A row may change its revision within the update, but what leaves
/// its update or its target group must leave a dead row there: clients of that group learn of it in no other way.
public struct ExplicitDeployment: Sendable {
  /// Below ``EffectiveDeployment/firstImpliedNumber``.
  public var number: Int32
  public var updateKey: Int32
  public var revisionNumber: Int32
  public var group: GUID
  public var action: DeploymentAction
  /// ``Timestamp/endOfTime`` when there is none.
  public var deadline: Timestamp
  public var isAssigned: Bool
  public var goLiveTime: Timestamp
  public var downloadPriority: UInt8
  public var changedOn: CivilDate
  public var sequence: Int64
  /// A tombstone: it deploys nothing, but tells that something ended.
  public var isDead: Bool

  public init(
    number: Int32, updateKey: Int32, revisionNumber: Int32, group: GUID, action: DeploymentAction,
    deadline: Timestamp = .endOfTime, isAssigned: Bool = true, goLiveTime: Timestamp, downloadPriority: UInt8 = 1,
    changedOn: CivilDate, sequence: Int64, isDead: Bool = false
  ) {
    self.number = number
    self.updateKey = updateKey
    self.revisionNumber = revisionNumber
    self.group = group
    self.action = action
    self.deadline = deadline
    self.isAssigned = isAssigned
    self.goLiveTime = goLiveTime
    self.downloadPriority = downloadPriority
    self.changedOn = changedOn
    self.sequence = sequence
    self.isDead = isDead
  }
}

/// Whether an update is hidden (declined), and since which change.
public struct HiddenState: Hashable, Sendable {
  public var isHidden: Bool
  public var sequence: Int64

  public init(isHidden: Bool, sequence: Int64) {
    self.isHidden = isHidden
    self.sequence = sequence
  }
}

/// Everything that decides what clients are offered, at one moment of the catalogue.
///
/// All sequences are those of the catalogue's change log and at most ``sequence``; whatever changes later takes a
/// greater one. Revisions are never removed within one epoch of the log.
public struct OfferInputs: Sendable {
  public var catalogue: OfferCatalogue
  /// Live ones, and dead ones later than ``oldestSequence``.
  public var deployments: [ExplicitDeployment]
  public var groups: [TargetGroup]
  /// By update key: updates that are hidden, or were.
  public var hidden: [Int32: HiddenState]
  /// By update key: when `IsLeaf` last flipped.
  public var leafChanges: [Int32: Int64]
  /// Revision ids of install approvals whose content is not complete.
  public var incomplete: Set<Int32>
  /// By revision id: when content last became complete or incomplete.
  public var readinessChanges: [Int32: Int64]
  /// Revision ids that an EULA covers which no administrator has accepted.
  public var unacceptedEULA: Set<Int32>
  /// By revision id: when its EULA was last accepted, or acceptance withdrawn.
  public var eulaChanges: [Int32: Int64]
  /// Changes up to here may have left no trace.
  public var oldestSequence: Int64
  /// The last change that these inputs contain.
  public var sequence: Int64

  public init(
    catalogue: OfferCatalogue, deployments: [ExplicitDeployment] = [], groups: [TargetGroup] = [],
    hidden: [Int32: HiddenState] = [:], leafChanges: [Int32: Int64] = [:], incomplete: Set<Int32> = [],
    readinessChanges: [Int32: Int64] = [:], unacceptedEULA: Set<Int32> = [], eulaChanges: [Int32: Int64] = [:],
    oldestSequence: Int64 = 0, sequence: Int64
  ) {
    self.catalogue = catalogue
    self.deployments = deployments
    self.groups = groups
    self.hidden = hidden
    self.leafChanges = leafChanges
    self.incomplete = incomplete
    self.readinessChanges = readinessChanges
    self.unacceptedEULA = unacceptedEULA
    self.eulaChanges = eulaChanges
    self.oldestSequence = oldestSequence
    self.sequence = sequence
  }
}
