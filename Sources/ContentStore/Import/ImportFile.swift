public import UpdateModel

/// A content file as an archive announces it: name, length and both digests are binding.
public struct ImportFile: Hashable, Sendable {
  /// Has the SHA-1.
  public let name: ContentName
  /// Bytes.
  public let size: Int64
  public let sha256: SHA256Digest

  public init(name: ContentName, size: Int64, sha256: SHA256Digest) {
    self.name = name
    self.size = size
    self.sha256 = sha256
  }

  public var digest: FileDigest { name.digest }
  var key: DigestKey { DigestKey(name.digest) }

  /// How bytes of this length and these digests differ; nil when they are the file's.
  func mismatch(length: Int64, _ sha1: FileDigest, _ sha256: SHA256Digest) -> ContentStoreError? {
    if length != size { return .lengthMismatch(digest: digest, expected: size, actual: length) }
    if sha1 != digest { return .digestMismatch(expected: digest, actual: sha1) }
    return sha256 == self.sha256 ? nil : .sha256Mismatch(digest: digest, expected: self.sha256, actual: sha256)
  }
}

/// A small file of an import, whole in memory.
public struct ImportBytes: Sendable {
  public let file: ImportFile
  public let bytes: [UInt8]

  public init(file: ImportFile, bytes: [UInt8]) {
    self.file = file
    self.bytes = bytes
  }
}

/// Where a file of an import is.
public enum ImportPlace: Hashable, Sendable {
  /// In `content/` with its declared length: nothing to do.
  case stored
  /// Whole and verified in the import. It survives a kill from the next checkpoint on.
  case staged
  /// Some parts are here. With nothing missing the parts were not read together yet: ``ImportStaging/assemble(_:)``.
  case partial(missing: [Range<Int64>])
  case absent
}

/// How far a publication is.
public struct ImportProgress: Hashable, Sendable {
  public internal(set) var files = 0
  public internal(set) var bytes: Int64 = 0
  public let totalFiles: Int
  public let totalBytes: Int64
}

/// What a publication did.
public struct ImportSummary: Hashable, Sendable {
  /// Files that got their names in `content/`.
  public internal(set) var published = ContentStatistics.Tally()
  /// Files that the store had meanwhile; the staged ones were dropped.
  public internal(set) var present = ContentStatistics.Tally()
}

/// An import as it lies on disk.
public struct StagedImport: Hashable, Sendable {
  public let name: String
  /// Content files and their bytes, also of those that are not whole.
  public let content: ContentStatistics.Tally
  /// Another process, or another object of this one, works on it.
  public let isHeld: Bool
  /// When its journal was written last.
  public let modified: Timestamp
}

/// A SHA-1 in 20 bytes without an allocation: an import may have a million of them.
struct DigestKey: Hashable, Sendable {
  let high: UInt64
  let middle: UInt64
  let low: UInt32

  init(high: UInt64, middle: UInt64, low: UInt32) { (self.high, self.middle, self.low) = (high, middle, low) }

  init(_ digest: FileDigest) {
    let words = digest.bytes.withUnsafeBytes { bytes in
      (
        bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self),
        bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
        bytes.loadUnaligned(fromByteOffset: 16, as: UInt32.self)
      )
    }
    (high, middle, low) = (words.0.bigEndian, words.1.bigEndian, words.2.bigEndian)
  }

  /// The number of the folder below `content/`: the last byte.
  var folder: UInt8 { UInt8(truncatingIfNeeded: low) }

  /// The digest again; nil never happens, as there are 20 bytes.
  var digest: FileDigest? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(FileDigest.byteCount)
    for word in [high, middle] { withUnsafeBytes(of: word.bigEndian) { bytes += $0 } }
    withUnsafeBytes(of: low.bigEndian) { bytes += $0 }
    return FileDigest(bytes: bytes)
  }
}

extension DigestKey: Comparable {
  static func < (left: DigestKey, right: DigestKey) -> Bool {
    (left.high, left.middle, left.low) < (right.high, right.middle, right.low)
  }
}
