import Sealing
public import UpdateModel

/// The bytes of a generated file: random, decided by a seed, made when they are asked for.
public struct GeneratedContent: Hashable, Sendable {
  /// What ``chunk(at:)`` gives at once.
  public static let chunkSize = 256 << 10

  public let seed: UInt64
  /// Bytes.
  public let length: Int64

  public init(seed: UInt64, length: Int64) {
    self.seed = seed
    self.length = length
  }

  /// The bytes from `offset`, a multiple of ``chunkSize``, up to a chunk; empty at the end.
  public func chunk(at offset: Int64) -> [UInt8] {
    let count = Int(min(Int64(Self.chunkSize), max(0, length - offset)))
    // One word more than needed, so that the last one may be cut.
    return [UInt8](unsafeUninitializedCapacity: count + 8) { buffer, written in
      var stream = SplitMix(seed, UInt64(offset / Int64(Self.chunkSize)))
      let raw = UnsafeMutableRawBufferPointer(buffer)
      for place in stride(from: 0, to: count, by: 8) {
        raw.storeBytes(of: stream.next().littleEndian, toByteOffset: place, as: UInt64.self)
      }
      written = count
    }
  }

  /// Both digests, computed in one pass without keeping the bytes.
  func digests() throws(SealingError) -> (sha1: FileDigest, sha256: SHA256Digest) {
    var digester = try FileDigester()
    for offset in stride(from: 0, to: length, by: Self.chunkSize) { try digester.update(chunk(at: offset)) }
    return try digester.finish()
  }
}

/// A file of a generated revision.
public struct GeneratedFile: Hashable, Sendable {
  public let file: ContentFile
  public let content: GeneratedContent
  public let location: FileLocation
}

/// A revision with everything that a USS would know of it.
public struct GeneratedRevision: Hashable, Sendable {
  public let metadata: UpdateMetadata
  /// The metadata document, UTF-8.
  public let document: [UInt8]
  public let files: [GeneratedFile]
}
