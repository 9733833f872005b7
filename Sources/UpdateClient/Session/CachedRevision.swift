public import UpdateModel
public import WireFormat

/// A revision as a client keeps it: what its Core fragment says, and its deployment (guide 13).
public struct CachedRevision: Hashable, Sendable, Codable {
  public enum Kind: String, Hashable, Sendable, Codable {
    case category, detectoid, software, driver
  }

  /// Of the server that the client talks to; another one has other numbers.
  public var revisionID: Int32
  public let identity: UpdateIdentity
  public let kind: Kind
  /// Any update of each clause must be installed.
  public let prerequisites: [[GUID]]
  /// Any revision of each clause.
  public let bundled: [[UpdateIdentity]]
  public let isInstalled: ApplicabilityRule?
  public let isInstallable: ApplicabilityRule?
  public var isLeaf: Bool
  public var deployment: CachedDeployment

  init(_ update: UpdateInfo, _ deployment: ClientDeployment, _ core: CoreFragment) {
    revisionID = update.id
    identity = core.metadata.identity
    kind = Kind(core.metadata.kind)
    prerequisites = core.metadata.prerequisites.map(\.updateIDs)
    bundled = core.metadata.bundledUpdates.map(\.identities)
    isInstalled = core.isInstalled
    isInstallable = core.isInstallable
    isLeaf = update.isLeaf
    self.deployment = CachedDeployment(deployment)
  }
}

extension CachedRevision.Kind {
  init(_ kind: UpdateKind) {
    self =
      switch kind {
      case .category: .category
      case .detectoid: .detectoid
      case .driver: .driver
      case .software, .other: .software
      }
  }
}

/// What the server wants done with a revision.
public struct CachedDeployment: Hashable, Sendable, Codable {
  public let action: ClientDeployment.Action
  public let deadline: Timestamp?
  /// Installed without asking users.
  public let isAssigned: Bool

  init(_ deployment: ClientDeployment) {
    action = deployment.action
    deadline = deployment.deadline
    isAssigned = deployment.isAssigned
  }
}
