public import UpdateModel

extension SyncUpdates {
  /// A device of a computer that asks for drivers (MS-WUSP 2.2.2.2.4).
  public struct Device: Hashable, Sendable {
    /// Best first.
    public var hardwareIDs: [String]
    /// Best first; worse than all hardware IDs.
    public var compatibleIDs: [String]
    public var installedDriver: InstalledDriver?
    public var extensionDrivers: [ExtensionDriver]
    /// Drivers that failed here before.
    public var recoveryIDs: [String]
    /// Bit 0: not Plug and Play, as a printer.
    public var flags: UInt8?

    public init(
      hardwareIDs: [String], compatibleIDs: [String] = [], installedDriver: InstalledDriver? = nil,
      extensionDrivers: [ExtensionDriver] = [], recoveryIDs: [String] = [], flags: UInt8? = nil
    ) {
      self.hardwareIDs = hardwareIDs
      self.compatibleIDs = compatibleIDs
      self.installedDriver = installedDriver
      self.extensionDrivers = extensionDrivers
      self.recoveryIDs = recoveryIDs
      self.flags = flags
    }

    /// The driver that a device has now.
    public struct InstalledDriver: Hashable, Sendable {
      /// The hardware or compatible ID by which it was chosen.
      public var matchingID: String?
      public var driverVerDate: Timestamp
      /// Four parts of 16 bits.
      public var driverVerVersion: Int64
      public var deviceClass: String?
      public var manufacturer: String?
      public var provider: String?
      public var model: String?
      public var matchingComputerHardwareID: GUID?
      public var driverRank: Int32

      public init(
        matchingID: String?, driverVerDate: Timestamp, driverVerVersion: Int64, deviceClass: String? = nil,
        manufacturer: String? = nil, provider: String? = nil, model: String? = nil,
        matchingComputerHardwareID: GUID? = nil, driverRank: Int32 = 0
      ) {
        self.matchingID = matchingID
        self.driverVerDate = driverVerDate
        self.driverVerVersion = driverVerVersion
        self.deviceClass = deviceClass
        self.manufacturer = manufacturer
        self.provider = provider
        self.model = model
        self.matchingComputerHardwareID = matchingComputerHardwareID
        self.driverRank = driverRank
      }
    }

    /// An extension of the driver that a device has now.
    public struct ExtensionDriver: Hashable, Sendable {
      public var extensionID: String
      public var driverVerDate: Timestamp
      public var driverVerVersion: Int64
      public var deviceClass: String
      public var driverRank: Int32
      public var matchingComputerHardwareID: GUID?

      public init(
        extensionID: String, driverVerDate: Timestamp, driverVerVersion: Int64, deviceClass: String,
        driverRank: Int32 = 0, matchingComputerHardwareID: GUID? = nil
      ) {
        self.extensionID = extensionID
        self.driverVerDate = driverVerDate
        self.driverVerVersion = driverVerVersion
        self.deviceClass = deviceClass
        self.driverRank = driverRank
        self.matchingComputerHardwareID = matchingComputerHardwareID
      }
    }
  }
}
