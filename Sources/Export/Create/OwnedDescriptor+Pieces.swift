import Platform
import Sealing

extension OwnedDescriptor {
  /// Shows `body` the bytes of a range in pieces of up to 1 MiB; fewer when the file ends before.
  func forEachPiece(from start: Int64, upTo end: Int64, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    let longest = Int(max(1, min(Int64(1 << 20), end - start)))
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: longest, alignment: 4096)
    defer { buffer.deallocate() }
    var offset = start
    while offset < end {
      let target = UnsafeMutableRawBufferPointer(rebasing: buffer.prefix(Int(min(Int64(buffer.count), end - offset))))
      let got = try read(into: target, at: offset)
      if got == 0 { return }
      try body(UnsafeRawBufferPointer(rebasing: target[..<got]))
      offset += Int64(got)
    }
  }

  func digest(from start: Int64, upTo end: Int64) throws -> InlineSHA256 {
    var digest = try DigestStream(algorithm: .sha256)
    try forEachPiece(from: start, upTo: end) { try digest.update($0) }
    return try InlineSHA256(finishing: digest)
  }

  /// A few bytes; fewer when the file ends before.
  func bytes(from start: Int64, upTo end: Int64) throws -> [UInt8] {
    var bytes: [UInt8] = []
    try forEachPiece(from: start, upTo: end) { bytes.append(contentsOf: $0) }
    return bytes
  }
}
