import Platform
import Sealing
import Synchronization
import UpdateModel

/// A file being written in staging and the digests of what is in it so far.
///
/// `absorb` calls must follow each other; the two lanes of one call may run at the same time.
final class PartFile: Sendable {
  private static let readSize = 1 << 20
  private static let pieceSize = 16 << 10

  let descriptor: OwnedDescriptor
  private let sha1: Mutex<DigestStream?>
  private let sha256: Mutex<DigestStream?>

  /// - Parameter takesSHA1: false when nobody will ask for it: a part of a file has none.
  init(_ descriptor: consuming OwnedDescriptor, takesSHA1: Bool = true) throws {
    self.descriptor = descriptor
    sha1 = Mutex(try Self.started(.sha1, takesSHA1))
    sha256 = Mutex(try DigestStream(algorithm: .sha256))
  }

  private static func started(_ algorithm: DigestAlgorithm, _ isWanted: Bool) throws -> DigestStream? {
    if !isWanted { return nil }
    return try DigestStream(algorithm: algorithm)
  }

  /// Forgets everything.
  func clear() throws {
    try descriptor.truncate(to: 0)
    let first = try DigestStream(algorithm: .sha1)
    let second = try DigestStream(algorithm: .sha256)
    Self.replace(sha1, by: first)
    Self.replace(sha256, by: second)
  }

  /// Takes the digests of the bytes from `start` up to `length` that are in the file already.
  func absorbExisting(from start: Int64 = 0, length: Int64) throws {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.readSize, alignment: 64)
    defer { buffer.deallocate() }
    var offset = start
    while offset < length {
      let wanted = Int(min(Int64(Self.readSize), length - offset))
      let count = try descriptor.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted]), at: offset)
      if count == 0 { throw SystemError(call: "read", path: descriptor.path, code: 5) }
      try digestBoth(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      offset += Int64(count)
    }
  }

  /// Writes and takes both digests, a piece at a time while it is in the cache.
  func absorb(_ chunks: [[UInt8]], at start: Int64) throws {
    var offset = start
    for chunk in chunks {
      try chunk.withUnsafeBytes { bytes in
        try descriptor.write(bytes, at: offset)
        try digestBoth(bytes)
      }
      offset += Int64(chunk.count)
    }
  }

  /// The first lane: writes and takes the SHA-1.
  func absorbFirstLane(_ chunks: [[UInt8]], at start: Int64) throws {
    var offset = start
    for chunk in chunks {
      try chunk.withUnsafeBytes { bytes in
        try descriptor.write(bytes, at: offset)
        try sha1.withLock { try $0?.update(bytes) }
      }
      offset += Int64(chunk.count)
    }
  }

  /// The second lane: takes the SHA-256.
  func absorbSecondLane(_ chunks: [[UInt8]]) throws {
    for chunk in chunks {
      try chunk.withUnsafeBytes { bytes in try sha256.withLock { try $0?.update(bytes) } }
    }
  }

  /// The digests of everything absorbed; asked once.
  func digests() throws -> (sha1: FileDigest, sha256: SHA256Digest) {
    guard let first = FileDigest(bytes: try Self.finish(sha1)),
      let second = SHA256Digest(bytes: try Self.finish(sha256))
    else { throw ContentStoreError.digestUnavailable(reason: "asked twice") }
    return (first, second)
  }

  /// The SHA-256 of everything absorbed; asked once.
  func sha256Digest() throws -> SHA256Digest {
    guard let digest = SHA256Digest(bytes: try Self.finish(sha256)) else {
      throw ContentStoreError.digestUnavailable(reason: "asked twice")
    }
    return digest
  }

  private func digestBoth(_ bytes: UnsafeRawBufferPointer) throws {
    try sha1.withLock { first in
      try sha256.withLock { second in
        var start = 0
        while start < bytes.count {
          let end = min(bytes.count, start + Self.pieceSize)
          let piece = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
          try first?.update(piece)
          try second?.update(piece)
          start = end
        }
      }
    }
  }

  private static func finish(_ stream: borrowing Mutex<DigestStream?>) throws -> [UInt8] {
    try stream.withLock { stream in
      guard let taken = stream.take() else { return [] }
      return try taken.finish()
    }
  }

  private static func replace(_ stream: borrowing Mutex<DigestStream?>, by new: consuming DigestStream) {
    var new: DigestStream? = consume new
    stream.withLock { $0 = new.take() }
  }
}
