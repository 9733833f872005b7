public import UpdateModel

/// What a scan found.
public struct ScanReport: Hashable, Sendable {
  /// Calls of SyncUpdates for software.
  public internal(set) var rounds = 0
  /// Whether drivers were asked for.
  public internal(set) var hasDriverPass = false
  public internal(set) var newRevisions = 0
  public internal(set) var changedRevisions = 0
  public internal(set) var removedRevisions = 0
  /// Core fragments that could not be read, by revision.
  public internal(set) var unreadable: [Int32: String] = [:]
  /// Rules that the facts have no answer for.
  public internal(set) var unansweredRules: [String] = []
  /// What is deployed to this computer: to be installed, offered, removed or checked. Members of bundles, categories
  /// and detectoids are not here.
  public internal(set) var updates: [ScannedUpdate] = []

  public subscript(updateID: GUID) -> ScannedUpdate? { updates.first { $0.identity.updateID == updateID } }
}

/// An update that is deployed, and what it is to this computer.
public struct ScannedUpdate: Hashable, Sendable {
  public let identity: UpdateIdentity
  public let deployment: CachedDeployment
  public let applicability: Applicability
}
