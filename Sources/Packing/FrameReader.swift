import CZstd

/// Unpacks Zstandard frames that ``FrameWriter`` made, whatever has become of them since.
public struct FrameReader: ~Copyable {
  private let context: OpaquePointer

  public init() throws(PackingError) {
    guard let context = ZSTD_createDCtx() else {
      throw .frame(operation: "start a reader", reason: "out of memory")
    }
    self.context = context
  }

  deinit { ZSTD_freeDCtx(context) }

  /// Unpacks one frame, which must be all there is, be sound and hold exactly `length` bytes.
  ///
  /// - Parameter length: what is known of the content from elsewhere; no more memory than this is taken.
  public func unpack(_ frame: UnsafeRawBufferPointer, length: Int) throws(PackingError) -> [UInt8] {
    let declared = Zstandard.declaredLength(frame)
    guard length >= 0, declared == length else { throw .frameLengthMismatch(expected: length, found: declared) }
    // The library reads on behind the end of a frame, as long as frames follow.
    let end = ZSTD_findFrameCompressedSize(frame.baseAddress, frame.count)
    try Zstandard.check(end, "find the end")
    guard end == frame.count else { throw .frameEnd(expected: end, found: frame.count) }
    var result = 0
    let context = self.context
    let bytes = [UInt8](unsafeUninitializedCapacity: length) { output, count in
      result = ZSTD_decompressDCtx(context, output.baseAddress, length, frame.baseAddress, frame.count)
      count = ZSTD_isError(result) == 0 ? result : 0
    }
    try Zstandard.check(result, "unpack")
    guard bytes.count == length else { throw .frameLengthMismatch(expected: length, found: bytes.count) }
    return bytes
  }
}

/// What both directions need of libzstd.
enum Zstandard {
  /// libzstd answers sizes and errors in one number.
  static func check(_ code: Int, _ operation: String) throws(PackingError) {
    guard ZSTD_isError(code) != 0 else { return }
    throw .frame(operation: operation, reason: String(cString: ZSTD_getErrorName(code)))
  }

  /// The content size in the header; nil for a frame without one and for what is no frame: frames to be skipped and
  /// those of old formats are none.
  static func declaredLength(_ frame: UnsafeRawBufferPointer) -> Int? {
    guard frame.starts(with: magic) else { return nil }
    let declared = ZSTD_getFrameContentSize(frame.baseAddress, frame.count)
    return declared == UInt64.max || declared == UInt64.max - 1 ? nil : Int(exactly: declared)
  }

  /// What a frame begins with (RFC 8878, 3.1.1).
  private static let magic: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]

  static func copy(_ bytes: [UInt8], _ count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { output, written in
      bytes.withUnsafeBufferPointer { written = output.update(fromContentsOf: $0[..<count]) }
    }
  }
}
