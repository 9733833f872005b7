public import Catalog
public import UpdateModel

/// What an archive is and everything it contains (docs/archive-format.md section 3).
///
/// Entries lie in one array of values of fixed size, about 72 bytes each. A value is only as good as
/// ``validate()`` says; ``parse(_:)`` has asked it.
public struct ArchiveManifest: Hashable, Sendable {
  public static let format = "updatemirror-archive"
  public static let version: Int64 = 1
  /// Longest `manifest.json`, in bytes.
  public static let maximumSize = 256 << 20
  public static let maximumEntries = 2_000_000
  public static let maximumVolumes = 9_999
  public static let maximumParts = 9_999
  public static let maximumIntroduced = 16
  public static let maximumRevoked = 64

  /// Names of the files of an archive's folder.
  public static let name = "manifest.json"
  public static let signatureName = "manifest.sig"
  public static let sumsName = "SHA256SUMS"
  public static let readmeName = "README.txt"
  public static let volumeFolder = "volumes"

  public var archiveID: GUID
  public var source: ArchiveSite
  /// The only server that may import the archive; nil: any.
  public var target: GUID?
  /// 1 and up; each archive of a source has a higher one than all before.
  public var sequence: Int64
  /// Whole seconds.
  public var created: Timestamp
  public var expires: Timestamp?
  /// nil: a full archive.
  public var base: ArchiveBase?
  public var selection = ArchiveSelection()
  public var snapshot: ArchiveSnapshot
  public var counts = ArchiveCounts()
  /// Certificates (PEM) that become trusted with this archive.
  public var introduces: [String] = []
  /// Fingerprints of certificates that stop to be trusted, sorted.
  public var revokes: [InlineSHA256] = []
  public var readme: ListedFile
  public var sums: ListedFile
  /// The objects that are Zstandard frames, in the order of objects.
  public var packed: [PackedObject] = []
  /// The objects that have several entries, in the order of objects.
  public var split: [SplitObject] = []
  public var volumes: [ArchiveVolume] = []
  /// Of all volumes, one after the other.
  public var entries: [ArchiveEntry] = []

  public init(
    archiveID: GUID, source: ArchiveSite, sequence: Int64, created: Timestamp, snapshot: ArchiveSnapshot,
    readme: ListedFile, sums: ListedFile
  ) {
    self.archiveID = archiveID
    self.source = source
    self.sequence = sequence
    self.created = created
    self.snapshot = snapshot
    self.readme = readme
    self.sums = sums
  }

  /// `volumes/0001.tar` for the first.
  public static func volumeName(_ number: Int) -> String { "\(volumeFolder)/\(DecimalText.padded(number, 4)).tar" }

  /// The entries of a volume; the first volume has index 0.
  public func entries(ofVolume index: Int) -> ArraySlice<ArchiveEntry> { entries[volumes[index].entries] }

  /// The unpacked length of an object that is a Zstandard frame; nil for others.
  public func packedLength(of name: ObjectName) -> Int64? {
    SortedSearch.first(packed, name) { $0.name }.map(\.length)
  }

  /// Digest and length of an object that has several entries; nil for others.
  public func splitObject(_ name: ObjectName) -> SplitObject? {
    SortedSearch.first(split, name) { $0.name }
  }

  /// What `SHA256SUMS` must say, in the form of sha256sum: README.txt, then the volumes.
  public func sumsText() -> [UInt8] {
    var text = Array("\(readme.sha256.hex)  \(Self.readmeName)\n".utf8)
    for (index, volume) in volumes.enumerated() {
      text.append(contentsOf: "\(volume.sha256.hex)  \(Self.volumeName(index + 1))\n".utf8)
    }
    return text
  }
}

/// Finds one of many values that are sorted by a key.
enum SortedSearch {
  static func first<Value, Key: Comparable>(_ values: [Value], _ key: Key, by keyOf: (Value) -> Key) -> Value? {
    var low = 0
    var high = values.count
    while low < high {
      let middle = (low + high) / 2
      if keyOf(values[middle]) < key { low = middle + 1 } else { high = middle }
    }
    return low < values.count && keyOf(values[low]) == key ? values[low] : nil
  }
}
