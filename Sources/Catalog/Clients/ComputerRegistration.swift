public import UpdateModel

/// What RegisterComputer says of a computer (MS-WUSP 2.2.2.2.3). Text is stored escaped and cut (docs/catalog.md).
public struct ComputerRegistration: Hashable, Sendable {
  public var dnsName: HostName
  public var operatingSystem: OperatingSystem
  public var manufacturer: String?
  public var model: String?
  public var biosVersion: String?
  public var biosName: String?
  public var biosReleaseDate: Timestamp
  public var clientVersion: ClientVersion
  // Windows 10 and later.
  public var osDescription: String?
  public var oem: String?
  public var deviceType: String?
  public var firmwareVersion: String?
  public var mobileOperator: String?

  public init(
    dnsName: HostName, operatingSystem: OperatingSystem, manufacturer: String? = nil, model: String? = nil,
    biosVersion: String? = nil, biosName: String? = nil, biosReleaseDate: Timestamp, clientVersion: ClientVersion,
    osDescription: String? = nil, oem: String? = nil, deviceType: String? = nil, firmwareVersion: String? = nil,
    mobileOperator: String? = nil
  ) {
    self.dnsName = dnsName
    self.operatingSystem = operatingSystem
    self.manufacturer = manufacturer
    self.model = model
    self.biosVersion = biosVersion
    self.biosName = biosName
    self.biosReleaseDate = biosReleaseDate
    self.clientVersion = clientVersion
    self.osDescription = osDescription
    self.oem = oem
    self.deviceType = deviceType
    self.firmwareVersion = firmwareVersion
    self.mobileOperator = mobileOperator
  }
}

/// The version of the update agent. The wire has signed shorts; a large build number is negative there and is read
/// as unsigned (WUSP-127).
public struct ClientVersion: Hashable, Sendable {
  public var major: UInt16
  public var minor: UInt16
  public var build: UInt16
  public var qfe: UInt16

  public init(major: UInt16, minor: UInt16, build: UInt16, qfe: UInt16) {
    self.major = major
    self.minor = minor
    self.build = build
    self.qfe = qfe
  }

  /// From the shorts of the wire.
  public init(wireMajor major: Int16, minor: Int16, build: Int16, qfe: Int16) {
    self.init(
      major: UInt16(bitPattern: major), minor: UInt16(bitPattern: minor), build: UInt16(bitPattern: build),
      qfe: UInt16(bitPattern: qfe))
  }
}

extension ClientVersion: CustomStringConvertible {
  public var description: String { "\(major).\(minor).\(build).\(qfe)" }
}

/// The properties that roll-ups count computers and installations by (MS-WSUSSS 3.1.1, ClientActivitySummary).
public struct OperatingSystem: Hashable, Sendable {
  public var major: Int32
  public var minor: Int32
  public var build: Int32
  public var servicePackMajor: UInt16
  public var servicePackMinor: UInt16
  public var locale: String
  public var suiteMask: Int16
  /// 1 workstation, 2 domain controller, 3 server.
  public var oldProductType: UInt8
  public var newProductType: Int32
  public var systemMetrics: Int32
  /// Free text such as `AMD64`.
  public var architecture: String

  public init(
    major: Int32, minor: Int32, build: Int32, servicePackMajor: UInt16 = 0, servicePackMinor: UInt16 = 0,
    locale: String = "", suiteMask: Int16 = 0, oldProductType: UInt8, newProductType: Int32 = 0,
    systemMetrics: Int32 = 0, architecture: String = ""
  ) {
    self.major = major
    self.minor = minor
    self.build = build
    self.servicePackMajor = servicePackMajor
    self.servicePackMinor = servicePackMinor
    self.locale = locale
    self.suiteMask = suiteMask
    self.oldProductType = oldProductType
    self.newProductType = newProductType
    self.systemMetrics = systemMetrics
    self.architecture = architecture
  }
}

extension OperatingSystem {
  /// The name of the product (n13 of MS-WUSP, A-18): versions that clients and servers share are told apart by the
  /// product type, those of 10.0 by the build as well.
  ///
  /// - Parameter description: what the computer calls it; counts where the version says no more.
  public func name(description: String? = nil) -> String {
    if let description, !description.isEmpty, major == 10 { return description }
    return isWorkstation ? workstationName : serverName
  }

  private var isWorkstation: Bool { oldProductType == 1 }

  private var workstationName: String {
    switch (major, minor) {
    case (10, 0): build >= 22_000 ? "Windows 11" : "Windows 10"
    case (6, 3): "Windows 8.1"
    case (6, 2): "Windows 8"
    case (6, 1): "Windows 7"
    case (6, 0): "Windows Vista"
    case (5, 1): "Windows XP"
    default: "Windows \(major).\(minor)"
    }
  }

  private var serverName: String {
    switch (major, minor) {
    case (10, 0):
      switch build {
      case 26_100...: "Windows Server 2025"
      case 20_348...: "Windows Server 2022"
      case 17_763...: "Windows Server 2019"
      default: "Windows Server 2016"
      }
    case (6, 3): "Windows Server 2012 R2"
    case (6, 2): "Windows Server 2012"
    case (6, 1): "Windows Server 2008 R2"
    case (6, 0): "Windows Server 2008"
    case (5, 2): "Windows Server 2003"
    default: "Windows Server \(major).\(minor)"
    }
  }
}
