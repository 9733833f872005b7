public import UpdateModel

/// A deployment as a client sees it: one for each revision it is sent (MS-WUSP 2.2.2.2.4).
public struct ClientDeployment: Hashable, Sendable {
  /// What the client does with the revision.
  public enum Action: String, Hashable, Sendable, CaseIterable, Codable {
    /// Offers it to users; only to clients that know the word (WUSP-217).
    case optionalInstall = "OptionalInstall"
    case install = "Install"
    case uninstall = "Uninstall"
    /// Evaluates and reports.
    case preDeploymentCheck = "PreDeploymentCheck"
    /// Never sent (WUSP-208).
    case block = "Block"
    /// Evaluates without offering or reporting.
    case evaluate = "Evaluate"
    /// Installs it only with the revision that bundles it.
    case bundle = "Bundle"
  }

  /// This server's own number of the deployment.
  public var id: Int32
  public var action: Action
  public var deadline: Timestamp?
  /// Installed without asking users.
  public var isAssigned: Bool
  /// The day; the wire has no more (WUSP-213).
  public var lastChange: Timestamp
  /// 1 to 3; 3 is the highest. nil is the usual: readers disagree on its form.
  public var downloadPriority: UInt8?
  /// The best matches of a driver; none is written as no list (WUSP-261).
  public var hardwareIDs: [String]
  /// Writes `AutoSelect`, `AutoDownload` and `SupersedenceBehavior`, each 0: for clients of protocol version 1.8 and
  /// later only (WUSP-215, WUSP-216). `FlagBitmask` is never written, as on real servers.
  public var statesBehavior: Bool

  public init(
    id: Int32, action: Action, deadline: Timestamp? = nil, isAssigned: Bool = true, lastChange: Timestamp,
    downloadPriority: UInt8? = nil, hardwareIDs: [String] = [], statesBehavior: Bool = true
  ) {
    self.id = id
    self.action = action
    self.deadline = deadline
    self.isAssigned = isAssigned
    self.lastChange = lastChange
    self.downloadPriority = downloadPriority
    self.hardwareIDs = hardwareIDs
    self.statesBehavior = statesBehavior
  }
}

extension XMLWriter {
  mutating func element(_ name: StaticString, _ deployment: ClientDeployment) {
    start(name)
    element("ID", deployment.id)
    element("Action", deployment.action.rawValue)
    if let deadline = deployment.deadline { element("Deadline", deadline) }
    element("IsAssigned", deployment.isAssigned)
    element("LastChangeTime", deployment.lastChange.dateText)
    if let priority = deployment.downloadPriority { element("DownloadPriority", Int32(priority)) }
    elementIfAny("HardwareIds", deployment.hardwareIDs)
    if deployment.statesBehavior {
      element("AutoSelect", Int32(0))
      element("AutoDownload", Int32(0))
      element("SupersedenceBehavior", Int32(0))
    }
    end()
  }
}

extension ElementReader {
  func clientDeployment() throws(WireError) -> ClientDeployment {
    ClientDeployment(
      id: try int32("ID"), action: try read("Action") { action throws(WireError) in try action.deploymentAction() },
      deadline: try timestampIfPresent("Deadline"), isAssigned: try bool("IsAssigned"),
      lastChange: try timestamp("LastChangeTime"), downloadPriority: try byteIfPresent("DownloadPriority"),
      hardwareIDs: try array("HardwareIds", of: "string") { item throws(WireError) in try item.string() },
      statesBehavior: child("AutoSelect") != nil)
  }

  private func deploymentAction() throws(WireError) -> ClientDeployment.Action {
    if let action = ClientDeployment.Action(rawValue: element.text) { return action }
    throw .invalidValue(WireLocation(), expected: "a deployment action", found: WireError.excerpt(element.text))
  }
}
