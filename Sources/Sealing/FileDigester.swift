public import UpdateModel

/// Both digests of a content file in one pass over its bytes.
public struct FileDigester: ~Copyable, Sendable {
  /// Both digests read a piece of this size while it is in the nearest cache.
  private static let pieceSize = 16 << 10

  private var sha1: DigestStream
  private var sha256: DigestStream
  /// Bytes given so far.
  public private(set) var byteCount: Int64 = 0

  public init() throws(SealingError) {
    let first = try DigestStream(algorithm: .sha1)
    let second = try DigestStream(algorithm: .sha256)
    sha1 = first
    sha256 = second
  }

  public mutating func update(_ bytes: UnsafeRawBufferPointer) throws(SealingError) {
    var start = 0
    while start < bytes.count {
      let piece = UnsafeRawBufferPointer(rebasing: bytes[start..<min(bytes.count, start + Self.pieceSize)])
      try sha1.update(piece)
      try sha256.update(piece)
      start += piece.count
    }
    byteCount += Int64(bytes.count)
  }

  public mutating func update(_ bytes: [UInt8]) throws(SealingError) {
    try bytes.withUnsafeBufferPointer { (all) throws(SealingError) in try update(UnsafeRawBufferPointer(all)) }
  }

  /// The SHA-1 and the SHA-256 of everything given.
  public consuming func finish() throws(SealingError) -> (sha1: FileDigest, sha256: SHA256Digest) {
    let first = try sha1.finish()
    let second = try sha256.finish()
    guard let digest = FileDigest(bytes: first), let stronger = SHA256Digest(bytes: second) else {
      throw .library(call: "EVP_DigestFinal_ex", text: "a digest of another length")
    }
    return (digest, stronger)
  }

  /// Both digests of bytes in memory.
  public static func digests(of bytes: [UInt8]) throws(SealingError) -> (sha1: FileDigest, sha256: SHA256Digest) {
    var digester = try FileDigester()
    try digester.update(bytes)
    return try digester.finish()
  }
}
