public import UpdateModel

/// What one call of SyncUpdates or SyncPrinterCatalog asks (MS-WUSP 2.2.2.2.4), bounded and validated by the server.
public struct SyncQuery: Sendable {
  public enum Pass: Sendable {
    /// Everything but drivers.
    case software
    /// The best driver for each device.
    case drivers(DriverQuery)
    /// All printer drivers (SyncPrinterCatalog).
    case printers
  }

  public var pass: Pass
  /// InstalledNonLeafUpdateIDs: revision ids.
  public var installedNonLeaf: [Int32]
  /// OtherCachedUpdateIDs. Only the software pass reads it.
  public var otherCached: [Int32]
  /// CachedDriverIDs, printerUpdateIDs. The software pass does not read it.
  public var cachedDrivers: [Int32]
  /// FilterCategoryIds as update keys; nil = no filter. Categories that nobody knows have no key, and an empty list
  /// relates to nothing. Not read for clients that do not know filters.
  public var filterCategories: [Int32]?
  /// NeedTwoGroupOutOfScopeUpdates. Not read for clients that do not know it.
  public var splitsOutOfScope: Bool
  /// The mark of this client's last answer of the same kind of pass; nil = none.
  public var since: OfferMark?
  public var clientProtocol: ProtocolVersion
  /// The most new updates to answer; at least one is.
  public var limit: Int

  public init(
    pass: Pass, installedNonLeaf: [Int32] = [], otherCached: [Int32] = [], cachedDrivers: [Int32] = [],
    filterCategories: [Int32]? = nil, splitsOutOfScope: Bool = false, since: OfferMark? = nil,
    clientProtocol: ProtocolVersion, limit: Int
  ) {
    self.pass = pass
    self.installedNonLeaf = installedNonLeaf
    self.otherCached = otherCached
    self.cachedDrivers = cachedDrivers
    self.filterCategories = filterCategories
    self.splitsOutOfScope = splitsOutOfScope
    self.since = since
    self.clientProtocol = clientProtocol
    self.limit = limit
  }
}

/// A computer and its devices, as the driver pass tells them (SystemSpec, ComputerSpec).
public struct DriverQuery: Sendable {
  public var devices: [Device]
  /// Most specific first.
  public var computerHardwareIDs: [GUID]
  /// FeatureScoreMatchingKey, as `AMD64.10.0`.
  public var featureScoreKey: String?

  public init(devices: [Device], computerHardwareIDs: [GUID] = [], featureScoreKey: String? = nil) {
    self.devices = devices
    self.computerHardwareIDs = computerHardwareIDs
    self.featureScoreKey = featureScoreKey
  }
}

/// One device of a computer, with the names it answers to, best first.
public struct Device: Sendable {
  public var hardwareIDs: [String]
  public var compatibleIDs: [String]
  public var installedDriver: InstalledDriver?

  public init(hardwareIDs: [String], compatibleIDs: [String] = [], installedDriver: InstalledDriver? = nil) {
    self.hardwareIDs = hardwareIDs
    self.compatibleIDs = compatibleIDs
    self.installedDriver = installedDriver
  }
}

/// The driver that a device has; what is nil, the client did not tell.
public struct InstalledDriver: Sendable {
  /// The hardware or compatible id by which it was chosen.
  public var matchingID: String?
  public var date: CivilDate
  /// Four parts of 16 bits, the first one highest.
  public var version: UInt64
  public var deviceClass: String?
  public var manufacturer: String?
  public var provider: String?
  /// nil = it targets no computer in particular.
  public var matchingComputerHardwareID: GUID?

  public init(
    matchingID: String? = nil, date: CivilDate, version: UInt64, deviceClass: String? = nil,
    manufacturer: String? = nil, provider: String? = nil, matchingComputerHardwareID: GUID? = nil
  ) {
    self.matchingID = matchingID
    self.date = date
    self.version = version
    self.deviceClass = deviceClass
    self.manufacturer = manufacturer
    self.provider = provider
    self.matchingComputerHardwareID = matchingComputerHardwareID
  }
}
