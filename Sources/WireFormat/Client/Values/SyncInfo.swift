/// A revision that a client is told of: a new one, or one whose deployment changed (MS-WUSP 2.2.2.2.4).
public struct UpdateInfo: Hashable, Sendable {
  /// This server's own number of the revision.
  public var id: Int32
  /// Always there for clients: agents fail without.
  public var deployment: ClientDeployment?
  /// No prerequisite on this server names its update.
  public var isLeaf: Bool
  /// The Core fragment in UTF-8; only for new revisions (WUSP-191, WUSP-197).
  public var xml: [UInt8]?

  public init(id: Int32, deployment: ClientDeployment?, isLeaf: Bool, xml: [UInt8]? = nil) {
    self.id = id
    self.deployment = deployment
    self.isLeaf = isLeaf
    self.xml = xml
  }
}

/// The answer to SyncUpdates and SyncPrinterCatalog. Lists without members are left out, as on real servers.
public struct SyncInfo: Hashable, Sendable {
  public var newUpdates: [UpdateInfo]
  public var outOfScopeRevisionIDs: [Int32]
  public var changedUpdates: [UpdateInfo]
  /// There is more: call again.
  public var isTruncated: Bool
  public var newCookie: Cookie?
  /// nil leaves the list out (WUSP-227).
  public var deployedOutOfScopeRevisionIDs: [Int32]?
  /// nil leaves the word out (WUSP-228).
  public var isDriverSyncNotNeeded: Bool?

  public init(
    newUpdates: [UpdateInfo] = [], outOfScopeRevisionIDs: [Int32] = [], changedUpdates: [UpdateInfo] = [],
    isTruncated: Bool = false, newCookie: Cookie?, deployedOutOfScopeRevisionIDs: [Int32]? = nil,
    isDriverSyncNotNeeded: Bool? = nil
  ) {
    self.newUpdates = newUpdates
    self.outOfScopeRevisionIDs = outOfScopeRevisionIDs
    self.changedUpdates = changedUpdates
    self.isTruncated = isTruncated
    self.newCookie = newCookie
    self.deployedOutOfScopeRevisionIDs = deployedOutOfScopeRevisionIDs
    self.isDriverSyncNotNeeded = isDriverSyncNotNeeded
  }
}

extension SyncInfo {
  /// The steps of a ``StreamedOperation``: the front, each new update, the rest.
  var stepCount: Int { newUpdates.count + 2 }

  func encode(step: Int, named name: StaticString, to writer: inout XMLWriter) {
    if step == 0 {
      writer.start(name)
      if !newUpdates.isEmpty { writer.start("NewUpdates") }
    } else if step <= newUpdates.count {
      writer.element(newUpdates[step - 1])
    } else {
      if !newUpdates.isEmpty { writer.end() }
      encodeRest(to: &writer)
      writer.end()
    }
  }

  private func encodeRest(to writer: inout XMLWriter) {
    writer.elementIfAny("OutOfScopeRevisionIDs", outOfScopeRevisionIDs)
    writer.elementsIfAny("ChangedUpdates", changedUpdates) { $0.element($1) }
    writer.element("Truncated", isTruncated)
    writer.element("NewCookie", newCookie)
    if let ids = deployedOutOfScopeRevisionIDs {
      writer.elements("DeployedOutOfScopeRevisionIds", ids) { $0.element("int", $1) }
    }
    if let isNotNeeded = isDriverSyncNotNeeded { writer.element("DriverSyncNotNeeded", isNotNeeded) }
  }
}

extension XMLWriter {
  fileprivate mutating func element(_ update: UpdateInfo) {
    start("UpdateInfo")
    element("ID", update.id)
    if let deployment = update.deployment { element("Deployment", deployment) }
    element("IsLeaf", update.isLeaf)
    if let xml = update.xml { element("Xml", fragment: xml) }
    end()
  }

  /// A fragment, escaped once (WUSP-168).
  mutating func element(_ name: StaticString, fragment: [UInt8]) {
    start(name)
    text(utf8: fragment)
    end()
  }
}

extension ElementReader {
  func syncInfo() throws(WireError) -> SyncInfo {
    SyncInfo(
      newUpdates: try updateInfos("NewUpdates"),
      outOfScopeRevisionIDs: try array("OutOfScopeRevisionIDs", of: "int") { item throws(WireError) in
        try item.int32()
      },
      changedUpdates: try updateInfos("ChangedUpdates"), isTruncated: try bool("Truncated"),
      newCookie: try readIfPresent("NewCookie") { cookie throws(WireError) in try cookie.cookie() },
      deployedOutOfScopeRevisionIDs: try arrayIfPresent("DeployedOutOfScopeRevisionIds", of: "int") {
        item throws(WireError) in try item.int32()
      },
      isDriverSyncNotNeeded: nonEmpty("DriverSyncNotNeeded").flatMap { WireText.bool($0.utf8) })
  }

  private func updateInfos(_ name: String) throws(WireError) -> [UpdateInfo] {
    try array(name, of: "UpdateInfo") { item throws(WireError) in
      UpdateInfo(
        id: try item.int32("ID"),
        deployment: try item.readIfPresent("Deployment") { deployment throws(WireError) in
          try deployment.clientDeployment()
        },
        isLeaf: try item.bool("IsLeaf"), xml: item.child("Xml").map { Array($0.element.text.utf8) })
    }
  }
}
