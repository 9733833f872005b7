import UpdateModel

// Each part of the state writes its members in the order of their names and reads them back.

extension Deployment {
  private static let maximumName = 4 << 10

  func write(_ writer: inout CanonicalJSONWriter) {
    writer.beginObject()
    writer.member("action", Int64(action.rawValue))
    writer.member("adminName", adminName)
    writer.member("assigned", isAssigned)
    writer.member("deadline", deadline.ticks)
    writer.member("goLive", goLiveTime.ticks)
    writer.member("group", targetGroupID.description)
    writer.member("id", deploymentID.description)
    writer.member("priority", Int64(downloadPriority))
    writer.member("revision", Int64(identity.revisionNumber))
    writer.member("updateId", identity.updateID.description)
    writer.endObject()
  }

  init(_ reader: inout CanonicalJSONReader) throws(FormatError) {
    try reader.beginObject()
    try reader.key("action")
    let action = DeploymentAction(rawValue: try reader.integer32())
    try reader.key("adminName")
    let adminName = try reader.optionalText(limit: Self.maximumName)
    try reader.key("assigned")
    let isAssigned = try reader.truth()
    try reader.key("deadline")
    let deadline = try reader.ticks()
    try reader.key("goLive")
    let goLive = try reader.ticks()
    try reader.key("group")
    let group = try reader.guid()
    try reader.key("id")
    let id = try reader.guid()
    try reader.key("priority")
    let priority = UInt8(truncatingIfNeeded: try reader.integer(0...255))
    try reader.key("revision")
    let revision = try reader.integer32(0...Int32.max)
    try reader.key("updateId")
    let identity = UpdateIdentity(updateID: try reader.guid(), revisionNumber: revision)
    try reader.endObject()
    self.init(
      deploymentID: id, identity: identity, targetGroupID: group, action: action, adminName: adminName,
      deadline: deadline, isAssigned: isAssigned, goLiveTime: goLive, downloadPriority: priority)
  }
}

extension TargetGroup {
  private static let maximumName = 4 << 10

  func write(_ writer: inout CanonicalJSONWriter) {
    writer.beginObject()
    writer.member("builtin", isBuiltin)
    writer.member("id", targetGroupID.description)
    writer.member("name", name)
    writer.member("parent", parentGroupID.description)
    writer.endObject()
  }

  init(_ reader: inout CanonicalJSONReader) throws(FormatError) {
    try reader.beginObject()
    try reader.key("builtin")
    let isBuiltin = try reader.truth()
    try reader.key("id")
    let id = try reader.guid()
    try reader.key("name")
    let name = try reader.text(limit: Self.maximumName)
    try reader.key("parent")
    let parent = try reader.guid()
    try reader.endObject()
    self.init(targetGroupID: id, name: name, parentGroupID: parent, isBuiltin: isBuiltin)
  }
}

extension LanguageSetting {
  private static let maximumName = 1 << 10

  func write(_ writer: inout CanonicalJSONWriter) {
    writer.beginObject()
    writer.member("enabled", isEnabled)
    writer.member("id", Int64(languageID))
    writer.member("longName", longName)
    writer.member("shortName", shortName)
    writer.endObject()
  }

  init(_ reader: inout CanonicalJSONReader) throws(FormatError) {
    try reader.beginObject()
    try reader.key("enabled")
    let isEnabled = try reader.truth()
    try reader.key("id")
    let id = try reader.integer32()
    try reader.key("longName")
    let longName = try reader.text(limit: Self.maximumName)
    try reader.key("shortName")
    let shortName = try reader.text(limit: Self.maximumName)
    try reader.endObject()
    self.init(languageID: id, shortName: shortName, longName: longName, isEnabled: isEnabled)
  }
}

extension ArchiveSettings {
  func write(_ writer: inout CanonicalJSONWriter) {
    writer.beginObject()
    writer.member("catalogOnly", isCatalogOnly)
    writer.member("hostsPsf", hostsPSFFiles)
    writer.member("lazy", isLazy)
    writer.key("limits")
    writer.beginObject()
    writer.member("computerIds", Int64(limits.computerIDs))
    writer.key("decryptionUpdates")
    if let count = limits.decryptionUpdates { writer.value(Int64(count)) } else { writer.null() }
    writer.member("driverSets", Int64(limits.driverSets))
    writer.member("pnpHardwareIds", Int64(limits.pnpHardwareIDs))
    writer.member("updates", Int64(limits.updates))
    writer.endObject()
    writer.endObject()
  }

  init(_ reader: inout CanonicalJSONReader) throws(FormatError) {
    try reader.beginObject()
    try reader.key("catalogOnly")
    isCatalogOnly = try reader.truth()
    try reader.key("hostsPsf")
    hostsPSFFiles = try reader.truth()
    try reader.key("lazy")
    isLazy = try reader.truth()
    try reader.key("limits")
    limits = try RequestLimits(&reader)
    try reader.endObject()
  }
}

extension RequestLimits {
  fileprivate init(_ reader: inout CanonicalJSONReader) throws(FormatError) {
    let range = Int32(0)...Int32.max
    self.init()
    try reader.beginObject()
    try reader.key("computerIds")
    computerIDs = try reader.integer32(range)
    try reader.key("decryptionUpdates")
    decryptionUpdates = reader.null() ? nil : try reader.integer32(range)
    try reader.key("driverSets")
    driverSets = try reader.integer32(range)
    try reader.key("pnpHardwareIds")
    pnpHardwareIDs = try reader.integer32(range)
    try reader.key("updates")
    updates = try reader.integer32(range)
    try reader.endObject()
  }
}

extension CanonicalJSONReader {
  /// A moment as ticks of 100 ns since year 1.
  fileprivate mutating func ticks() throws(FormatError) -> Timestamp {
    Timestamp(ticks: try integer(0...Timestamp.endOfTime.ticks))
  }
}
