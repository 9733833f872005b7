internal import Foundation
public import UpdateModel

/// What is known about a computer, for rules to be answered from. A JSON file has it in this form.
///
/// A section that is there is complete: a registry key that it does not name does not exist. Rules about a section that
/// is not there cannot be answered.
public struct HostFacts: Codable, Hashable, Sendable {
  public var windows: Windows?
  /// 2 is Windows NT.
  public var platformID: Int?
  /// As `en-us`.
  public var language: String?
  /// Installed language packs; none means that the MUI is not installed.
  public var muiLanguages: [String]?
  public var processor: Processor?
  public var processorCount: Int?
  /// By the number that GetSystemMetrics takes.
  public var systemMetrics: [String: Int]?
  public var isClusterNode: Bool?
  /// Values by name, by key: `HKEY_LOCAL_MACHINE\SOFTWARE\Example`. The empty name is a key's own value.
  public var registry: [String: [String: RegistryValue]]?
  /// The same as 32-bit programs see it.
  public var registry32: [String: [String: RegistryValue]]?
  /// Paths of folders by their CSIDL number.
  public var folders: [String: String]?
  /// By absolute path.
  public var files: [String: File]?
  public var msiProducts: [MSIProduct]?
  /// Values of software licences.
  public var licenses: [String: Int64]?
  public var wmiQueries: [WMIQuery]?
  public var devices: [Device]?

  public init() {}

  /// Facts take no more than this many bytes of JSON.
  public static let byteLimit = 32 << 20

  /// - Throws: ``UpdateClientError/facts(reason:)``.
  public static func parse(_ json: [UInt8]) throws(UpdateClientError) -> HostFacts {
    guard json.count <= byteLimit else {
      throw .facts(reason: "expected at most \(byteLimit) bytes, found \(json.count)")
    }
    do { return try JSONDecoder().decode(HostFacts.self, from: Data(json)) } catch {
      throw .facts(reason: "\(error)")
    }
  }
}

extension HostFacts {
  public struct Windows: Codable, Hashable, Sendable {
    public var major: Int
    public var minor: Int
    public var build: Int
    public var servicePackMajor: Int?
    public var servicePackMinor: Int?
    public var suiteMask: Int?
    /// 1 workstation, 2 domain controller, 3 server.
    public var productType: Int?

    public init(major: Int, minor: Int, build: Int, suiteMask: Int? = nil, productType: Int? = nil) {
      self.major = major
      self.minor = minor
      self.build = build
      self.suiteMask = suiteMask
      self.productType = productType
    }
  }

  public struct Processor: Codable, Hashable, Sendable {
    /// 0 x86, 5 ARM, 6 Itanium, 9 x64, 12 ARM64.
    public var architecture: Int
    public var level: Int?
    public var revision: Int?

    public init(architecture: Int, level: Int? = nil, revision: Int? = nil) {
      self.architecture = architecture
      self.level = level
      self.revision = revision
    }
  }

  public struct RegistryValue: Codable, Hashable, Sendable {
    /// `REG_SZ`, `REG_DWORD`, ...
    public var type: String
    /// Numbers in decimal.
    public var data: String

    public init(type: String = "REG_SZ", data: String) {
      self.type = type
      self.data = data
    }
  }

  /// What is not there is not known.
  public struct File: Codable, Hashable, Sendable {
    public var version: String?
    public var size: Int64?
    public var created: Timestamp?
    public var modified: Timestamp?
    public var language: String?

    public init(version: String? = nil, size: Int64? = nil, modified: Timestamp? = nil) {
      self.version = version
      self.size = size
      self.modified = modified
    }
  }

  /// A product of Windows Installer; ids as `{GUID}`.
  public struct MSIProduct: Codable, Hashable, Sendable {
    public var productCode: String
    public var version: String
    public var language: String?
    public var patches: [String]?
    public var features: [String]?
    public var components: [String]?

    public init(productCode: String, version: String) {
      self.productCode = productCode
      self.version = version
    }
  }

  public struct WMIQuery: Codable, Hashable, Sendable {
    /// `root\cimv2` without one.
    public var namespace: String?
    public var query: String
    public var rows: Int

    public init(namespace: String? = nil, query: String, rows: Int) {
      self.namespace = namespace
      self.query = query
      self.rows = rows
    }
  }

  public struct Device: Codable, Hashable, Sendable {
    public var hardwareIDs: [String]
    public var compatibleIDs: [String]?

    public init(hardwareIDs: [String], compatibleIDs: [String]? = nil) {
      self.hardwareIDs = hardwareIDs
      self.compatibleIDs = compatibleIDs
    }
  }
}
