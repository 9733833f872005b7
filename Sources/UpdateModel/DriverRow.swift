/// One `WindowsDriverMetaData` of a driver revision: what it drives and how it ranks (MS-WUSP 3.1.1, 3.1.5.7).
public struct DriverRow: Hashable, Sendable {
  /// `FeatureScore`: lower is better.
  public struct FeatureScore: Hashable, Sendable {
    /// As `amd64.10.0`, in any letter case.
    public var operatingSystem: String
    public var score: UInt8

    public init(operatingSystem: String, score: UInt8) {
      self.operatingSystem = operatingSystem
      self.score = score
    }
  }

  public var hardwareID: String
  /// `DriverVerDate`, at midnight.
  public var date: Timestamp
  /// `DriverVerVersion`, four parts of 16 bits, the first one highest.
  public var version: UInt64
  public var deviceClass: String
  public var manufacturer: String
  public var provider: String
  public var model: String
  /// 0 when the metadata names none.
  public var whqlDriverID: Int64
  /// Providers whose printers this one may replace, besides ``provider``.
  public var compatibleProviders: [String]
  public var featureScores: [FeatureScore]
  /// Computers that the driver is distributed to; empty = any.
  public var distributionComputerHardwareIDs: [GUID]
  /// Computers that the driver's INF names; empty = any.
  public var targetComputerHardwareIDs: [GUID]

  public init(
    hardwareID: String, date: Timestamp, version: UInt64, deviceClass: String = "", manufacturer: String = "",
    provider: String = "", model: String = "", whqlDriverID: Int64 = 0, compatibleProviders: [String] = [],
    featureScores: [FeatureScore] = [], distributionComputerHardwareIDs: [GUID] = [],
    targetComputerHardwareIDs: [GUID] = []
  ) {
    self.hardwareID = hardwareID
    self.date = date
    self.version = version
    self.deviceClass = deviceClass
    self.manufacturer = manufacturer
    self.provider = provider
    self.model = model
    self.whqlDriverID = whqlDriverID
    self.compatibleProviders = compatibleProviders
    self.featureScores = featureScores
    self.distributionComputerHardwareIDs = distributionComputerHardwareIDs
    self.targetComputerHardwareIDs = targetComputerHardwareIDs
  }

  /// The 64-bit form of `a.b.c.d`; missing parts are 0.
  ///
  /// - Returns: nil unless there are one to four decimal numbers below 65536.
  public static func version(_ text: String) -> UInt64? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...4).contains(parts.count) else { return nil }
    var version: UInt64 = 0
    for index in 0..<4 {
      guard index < parts.count else {
        version <<= 16
        continue
      }
      guard parts[index].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let part = UInt16(parts[index])
      else { return nil }
      version = version << 16 | UInt64(part)
    }
    return version
  }
}
