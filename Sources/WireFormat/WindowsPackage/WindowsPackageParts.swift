public import UpdateModel

/// The attributes of `ExportPackage`.
public struct WindowsPackageHeader: Hashable, Sendable {
  /// The only `FormatVersion` that is written and read.
  public static let formatVersion = "1.0"

  public let serverID: GUID
  /// Written in whole seconds.
  public let creationTime: Timestamp
  public let protocolVersion: ProtocolVersion

  public init(serverID: GUID, creationTime: Timestamp, protocolVersion: ProtocolVersion = .announced) {
    self.serverID = serverID
    self.creationTime = creationTime
    self.protocolVersion = protocolVersion
  }
}

/// `Files/File` of the package: where the Internet has a content file. One for each distinct file.
public struct PackagedFile: Hashable, Sendable {
  public let digest: FileDigest
  /// nil is written as an empty attribute.
  public let muURL: String?
  /// As declared: never a path on this machine.
  public let name: String

  public init(digest: FileDigest, muURL: String?, name: String) {
    self.digest = digest
    self.muURL = muURL
    self.name = name
  }
}

/// `Updates/Update` of the package. The three lists are empty for categories and detectoids.
public struct PackagedUpdate: Hashable, Sendable {
  public let identity: UpdateIdentity
  public var files: [FileDigest]
  /// Products.
  public var categories: [GUID]
  public var classifications: [GUID]

  public init(
    identity: UpdateIdentity, files: [FileDigest] = [], categories: [GUID] = [], classifications: [GUID] = []
  ) {
    self.identity = identity
    self.files = files
    self.categories = categories
    self.classifications = classifications
  }
}

/// A part of `package.xml`, in the order of the document.
public enum WindowsPackagePart: Hashable, Sendable {
  /// Comes first, once.
  case header(WindowsPackageHeader)
  case language(LanguageSetting)
  case file(PackagedFile)
  case update(PackagedUpdate)
}
