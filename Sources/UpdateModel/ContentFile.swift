/// How a content file takes part in an installation (metadata `File/@PatchingType`).
public enum PatchingType: Hashable, Sendable {
  case selfContained
  /// A delta file, stored only when the server hosts PSF files (AMB-37).
  case express
  case other(String)

  public init(_ text: String) {
    switch text {
    case "SelfContained": self = .selfContained
    case "Express": self = .express
    default: self = .other(text)
    }
  }

  public var text: String {
    switch self {
    case .selfContained: "SelfContained"
    case .express: "Express"
    case .other(let text): text
    }
  }
}

/// A digest of a file besides its SHA-1, with the algorithm's name as the metadata spells it (SSS-182).
public struct AdditionalDigest: Hashable, Sendable {
  public let algorithm: String
  public let bytes: [UInt8]

  public init(algorithm: String, bytes: [UInt8]) {
    self.algorithm = algorithm
    self.bytes = bytes
  }
}

/// One `File` of an update's metadata (MS-WSUSSS 3.1.1.1).
public struct ContentFile: Hashable, Sendable {
  public let digest: FileDigest
  public let additionalDigests: [AdditionalDigest]
  /// As declared: never a path on this machine (SSS-265).
  public let fileName: String
  /// Bytes; nil when the metadata does not say.
  public let size: Int64?
  public let modified: Timestamp?
  public let patchingType: PatchingType?
  public let isEncrypted: Bool

  public init(
    digest: FileDigest, additionalDigests: [AdditionalDigest] = [], fileName: String, size: Int64?,
    modified: Timestamp? = nil, patchingType: PatchingType? = nil, isEncrypted: Bool = false
  ) {
    self.digest = digest
    self.additionalDigests = additionalDigests
    self.fileName = fileName
    self.size = size
    self.modified = modified
    self.patchingType = patchingType
    self.isEncrypted = isEncrypted
  }

  /// The declared SHA-256, when there is a well-formed one.
  public var sha256: SHA256Digest? {
    let declared = additionalDigests.first { $0.algorithm.uppercased() == "SHA256" }
    return declared.flatMap { SHA256Digest(bytes: $0.bytes) }
  }

  /// The extension of ``fileName`` in lower case if it is safe in a file name and
  /// a URL: 1 to 10 ASCII letters or digits; otherwise nil.
  public var fileExtension: String? {
    guard let dot = fileName.lastIndex(of: ".") else { return nil }
    let text = fileName[fileName.index(after: dot)...].lowercased()
    let isSafe = text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) }
    return isSafe && (1...10).contains(text.utf8.count) ? text : nil
  }

  /// The name below `/Content/XX/`: 40 hex digits and the extension (AMB-02, SSS-254).
  public var contentName: String { digest.hex + (fileExtension.map { "." + $0 } ?? "") }
}

/// Where the Internet has a file: an entry of `fileUrls` (MS-WSUSSS 3.1.4.6.3.5).
public struct FileLocation: Hashable, Sendable {
  public let digest: FileDigest
  public let muURL: String?
  public let decryptionKey: [UInt8]?

  public init(digest: FileDigest, muURL: String?, decryptionKey: [UInt8]? = nil) {
    self.digest = digest
    self.muURL = muURL
    self.decryptionKey = decryptionKey
  }
}
