public import UpdateModel

/// What a client tells about its computer (MS-WUSP 2.2.2.2.3).
///
/// Nothing here is checked but its type: all of it is for people and for the roll-up (WUSP-125). Texts come from
/// anybody. Numbers that are absent are 0 (WUSP-126).
public struct ComputerInfo: Hashable, Sendable {
  public var dnsName: String?
  public var osMajorVersion: Int32 = 0
  public var osMinorVersion: Int32 = 0
  public var osBuildNumber: Int32 = 0
  public var osServicePackMajorNumber: UInt16 = 0
  public var osServicePackMinorNumber: UInt16 = 0
  public var osLocale: String?
  public var computerManufacturer: String?
  public var computerModel: String?
  public var biosVersion: String?
  public var biosName: String?
  /// nil when it is absent, the year 1, or cannot be read.
  public var biosReleaseDate: Timestamp?
  /// As the client spells it (`AMD64`), unlike in its reports.
  public var processorArchitecture: String?
  public var suiteMask: UInt16 = 0
  /// 1 workstation, 2 domain controller, 3 server.
  public var oldProductType: UInt8 = 0
  public var newProductType: Int32 = 0
  public var systemMetrics: Int32 = 0
  public var clientVersion = ClientVersion()
  /// Since Windows 10, as the four after it.
  public var osDescription: String?
  public var oem: String?
  public var deviceType: String?
  public var firmwareVersion: String?
  public var mobileOperator: String?

  public init(dnsName: String? = nil) { self.dnsName = dnsName }

  /// The version of the agent.
  public struct ClientVersion: Hashable, Sendable, CustomStringConvertible {
    public var major: UInt16
    public var minor: UInt16
    public var build: UInt16
    public var qfe: UInt16

    public init(major: UInt16 = 0, minor: UInt16 = 0, build: UInt16 = 0, qfe: UInt16 = 0) {
      self.major = major
      self.minor = minor
      self.build = build
      self.qfe = qfe
    }

    public var description: String { "\(major).\(minor).\(build).\(qfe)" }
  }
}
