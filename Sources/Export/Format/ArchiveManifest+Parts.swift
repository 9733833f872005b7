public import UpdateModel

/// A server that writes archives or receipts.
public struct ArchiveSite: Hashable, Sendable {
  public var serverID: GUID
  /// Its FQDN, for people: at most 255 bytes, no control characters.
  public var name: String

  public init(serverID: GUID, name: String) {
    self.serverID = serverID
    self.name = name
  }
}

/// What was asked for; each list is sorted.
public struct ArchiveSelection: Hashable, Sendable {
  public var approvedOnly: Bool
  public var categories: [GUID]
  public var classifications: [GUID]
  public var groups: [GUID]

  public init(
    approvedOnly: Bool = false, categories: [GUID] = [], classifications: [GUID] = [], groups: [GUID] = []
  ) {
    self.approvedOnly = approvedOnly
    self.categories = categories
    self.classifications = classifications
    self.groups = groups
  }
}

/// SHA-256 of the three whole lists, unpacked.
public struct ArchiveSnapshot: Hashable, Sendable {
  public var content: InlineSHA256
  public var revisions: InlineSHA256
  public var state: InlineSHA256

  public init(content: InlineSHA256, revisions: InlineSHA256, state: InlineSHA256) {
    self.content = content
    self.revisions = revisions
    self.state = state
  }
}

/// Length and digest of a file beside the volumes.
public struct ListedFile: Hashable, Sendable {
  public var size: Int64
  public var sha256: InlineSHA256

  public init(size: Int64, sha256: InlineSHA256) {
    self.size = size
    self.sha256 = sha256
  }
}

/// An object that is a Zstandard frame.
public struct PackedObject: Hashable, Sendable {
  public var name: ObjectName
  /// Bytes when it is unpacked.
  public var length: Int64

  public init(name: ObjectName, length: Int64) {
    self.name = name
    self.length = length
  }

  /// The most that a packed object may unpack to, in bytes.
  public static func maximumLength(of kind: ObjectName.Kind) -> Int64 {
    kind == .revisionList || kind == .contentList ? 128 << 20 : 64 << 20
  }
}

/// An object that has several entries.
public struct SplitObject: Hashable, Sendable {
  public var name: ObjectName
  public var parts: Int
  /// Of the whole object.
  public var size: Int64
  public var sha256: InlineSHA256

  public init(name: ObjectName, parts: Int, size: Int64, sha256: InlineSHA256) {
    self.name = name
    self.parts = parts
    self.size = size
    self.sha256 = sha256
  }
}

/// One tar file of an archive.
public struct ArchiveVolume: Hashable, Sendable {
  public var size: Int64
  public var sha256: InlineSHA256
  /// Where its entries stand in ``ArchiveManifest/entries``.
  public var entries: Range<Int>

  public init(size: Int64, sha256: InlineSHA256, entries: Range<Int>) {
    self.size = size
    self.sha256 = sha256
    self.entries = entries
  }
}

/// One member of a volume: an object or a part of one.
public struct ArchiveEntry: Hashable, Sendable {
  /// The shortest part that is not an object's last, in bytes.
  public static let minimumPartSize: Int64 = 1 << 20
  /// What eleven octal digits of a tar header hold: 8 GiB - 1.
  public static let maximumSize: Int64 = (8 << 30) - 1

  public var name: ObjectName
  private var partNumber: UInt16
  public var size: Int64
  public var sha256: InlineSHA256

  /// 1 to 9999; 0 for an object in one piece.
  public var part: Int { Int(partNumber) }

  /// As it stands in the tar header.
  public var text: String { EntryName(object: name, part: part).text }

  /// - Parameter part: 0 to 9999.
  public init(name: ObjectName, part: Int = 0, size: Int64, sha256: InlineSHA256) {
    self.name = name
    partNumber = UInt16(truncatingIfNeeded: part)
    self.size = size
    self.sha256 = sha256
  }
}
