import UpdateModel

extension Timestamp {
  /// What stands on the wire for a date that is not known but may not be left out.
  fileprivate static let absent = Timestamp(ticks: 0)
}

extension ElementReader {
  func computerInfo() throws(WireError) -> ComputerInfo {
    var info = ComputerInfo(dnsName: try text("DnsName"))
    try readSystem(&info)
    try readHardware(&info)
    info.suiteMask = try unsignedShortOrZero("SuiteMask")
    info.oldProductType = try byteIfPresent("OldProductType") ?? 0
    info.newProductType = try int32OrZero("NewProductType")
    info.systemMetrics = try int32OrZero("SystemMetrics")
    info.clientVersion = ComputerInfo.ClientVersion(
      major: try unsignedShortOrZero("ClientVersionMajorNumber"),
      minor: try unsignedShortOrZero("ClientVersionMinorNumber"),
      build: try unsignedShortOrZero("ClientVersionBuildNumber"),
      qfe: try unsignedShortOrZero("ClientVersionQfeNumber"))
    info.deviceType = try text("DeviceType")
    info.mobileOperator = try text("MobileOperator")
    return info
  }

  private func readSystem(_ info: inout ComputerInfo) throws(WireError) {
    info.osMajorVersion = try int32OrZero("OSMajorVersion")
    info.osMinorVersion = try int32OrZero("OSMinorVersion")
    info.osBuildNumber = try int32OrZero("OSBuildNumber")
    info.osServicePackMajorNumber = try unsignedShortOrZero("OSServicePackMajorNumber")
    info.osServicePackMinorNumber = try unsignedShortOrZero("OSServicePackMinorNumber")
    info.osLocale = try text("OSLocale")
    info.osDescription = try text("OSDescription")
  }

  private func readHardware(_ info: inout ComputerInfo) throws(WireError) {
    info.computerManufacturer = try text("ComputerManufacturer")
    info.computerModel = try text("ComputerModel")
    info.biosVersion = try text("BiosVersion")
    info.biosName = try text("BiosName")
    let released = try text("BiosReleaseDate").flatMap { WireText.timestamp($0.utf8) }
    info.biosReleaseDate = released == .absent ? nil : released
    info.processorArchitecture = try text("ProcessorArchitecture")
    info.oem = try text("OEM")
    info.firmwareVersion = try text("FirmwareVersion")
  }
}

extension XMLWriter {
  mutating func element(_ name: StaticString, _ info: ComputerInfo) {
    start(name)
    elementIfPresent("DnsName", info.dnsName)
    element("OSMajorVersion", info.osMajorVersion)
    element("OSMinorVersion", info.osMinorVersion)
    element("OSBuildNumber", info.osBuildNumber)
    element("OSServicePackMajorNumber", short: info.osServicePackMajorNumber)
    element("OSServicePackMinorNumber", short: info.osServicePackMinorNumber)
    elementIfPresent("OSLocale", info.osLocale)
    elementIfPresent("ComputerManufacturer", info.computerManufacturer)
    elementIfPresent("ComputerModel", info.computerModel)
    elementIfPresent("BiosVersion", info.biosVersion)
    elementIfPresent("BiosName", info.biosName)
    element("BiosReleaseDate", info.biosReleaseDate ?? .absent)
    elementIfPresent("ProcessorArchitecture", info.processorArchitecture)
    element("SuiteMask", short: info.suiteMask)
    element("OldProductType", Int32(info.oldProductType))
    element("NewProductType", info.newProductType)
    element("SystemMetrics", info.systemMetrics)
    element("ClientVersionMajorNumber", short: info.clientVersion.major)
    element("ClientVersionMinorNumber", short: info.clientVersion.minor)
    element("ClientVersionBuildNumber", short: info.clientVersion.build)
    element("ClientVersionQfeNumber", short: info.clientVersion.qfe)
    elementIfPresent("OSDescription", info.osDescription)
    elementIfPresent("OEM", info.oem)
    elementIfPresent("DeviceType", info.deviceType)
    elementIfPresent("FirmwareVersion", info.firmwareVersion)
    elementIfPresent("MobileOperator", info.mobileOperator)
    end()
  }
}
