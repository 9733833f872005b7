import UpdateModel

/// A file's digest without an allocation of its own: packages name hundreds of thousands.
struct FileKey: Hashable, Sendable {
  private let high: UInt64
  private let middle: UInt64
  private let low: UInt32

  init(_ digest: FileDigest) {
    let fold = { (range: Range<Int>) in digest.bytes[range].reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
    (high, middle, low) = (fold(0..<8), fold(8..<16), UInt32(truncatingIfNeeded: fold(16..<20)))
  }
}
