import UpdateModel

extension ElementReader {
  func device() throws(WireError) -> SyncUpdates.Device {
    SyncUpdates.Device(
      hardwareIDs: try texts("HardwareIDs", limit: ClientRequestLimits.idsOfDevice),
      compatibleIDs: try texts("CompatibleIDs", limit: ClientRequestLimits.idsOfDevice),
      installedDriver: try readIfPresent("installedDriver") { driver throws(WireError) in
        try driver.installedDriver()
      },
      extensionDrivers: try array("extensionDriver", of: "extensionDriver", limit: ClientRequestLimits.idsOfDevice) {
        item throws(WireError) in try item.extensionDriver()
      },
      recoveryIDs: try array("DriverRecoveryIDs", of: "DriverRecoveryID", limit: ClientRequestLimits.idsOfDevice) {
        item throws(WireError) in try item.text(limit: ClientRequestLimits.text)
      },
      flags: try byteIfPresent("DeviceFlags"))
  }

  private func installedDriver() throws(WireError) -> SyncUpdates.Device.InstalledDriver {
    SyncUpdates.Device.InstalledDriver(
      matchingID: try text("MatchingID"), driverVerDate: try timestamp("DriverVerDate"),
      driverVerVersion: try int64("DriverVerVersion"), deviceClass: try text("Class"),
      manufacturer: try text("Manufacturer"), provider: try text("Provider"), model: try text("Model"),
      matchingComputerHardwareID: try guidIfPresent("MatchingComputerHWID"),
      driverRank: try int32OrZero("DriverRank"))
  }

  private func extensionDriver() throws(WireError) -> SyncUpdates.Device.ExtensionDriver {
    SyncUpdates.Device.ExtensionDriver(
      extensionID: try text("ExtensionId") ?? "", driverVerDate: try timestamp("DriverVerDate"),
      driverVerVersion: try int64("DriverVerVersion"), deviceClass: try text("Class") ?? "",
      driverRank: try int32OrZero("DriverRank"),
      matchingComputerHardwareID: try guidIfPresent("MatchingComputerHWID"))
  }
}

extension XMLWriter {
  mutating func element(_ device: SyncUpdates.Device) {
    start("Device")
    elementIfAny("HardwareIDs", device.hardwareIDs)
    elementIfAny("CompatibleIDs", device.compatibleIDs)
    if let driver = device.installedDriver { element(driver) }
    elementsIfAny("extensionDriver", device.extensionDrivers) { $0.element($1) }
    elementsIfAny("DriverRecoveryIDs", device.recoveryIDs) { $0.element("DriverRecoveryID", $1) }
    if let flags = device.flags { element("DeviceFlags", Int32(flags)) }
    end()
  }

  private mutating func element(_ driver: SyncUpdates.Device.InstalledDriver) {
    start("installedDriver")
    elementIfPresent("MatchingID", driver.matchingID)
    element("DriverVerDate", driver.driverVerDate)
    element("DriverVerVersion", driver.driverVerVersion)
    elementIfPresent("Class", driver.deviceClass)
    elementIfPresent("Manufacturer", driver.manufacturer)
    elementIfPresent("Provider", driver.provider)
    elementIfPresent("Model", driver.model)
    if let id = driver.matchingComputerHardwareID { element("MatchingComputerHWID", id) }
    element("DriverRank", driver.driverRank)
    end()
  }

  private mutating func element(_ driver: SyncUpdates.Device.ExtensionDriver) {
    start("extensionDriver")
    element("ExtensionId", driver.extensionID)
    element("DriverVerDate", driver.driverVerDate)
    element("DriverVerVersion", driver.driverVerVersion)
    element("Class", driver.deviceClass)
    element("DriverRank", driver.driverRank)
    if let id = driver.matchingComputerHardwareID { element("MatchingComputerHWID", id) }
    end()
  }
}
