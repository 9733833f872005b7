import CZstd

/// Packs byte strings as Zstandard frames, one after the other with the same working memory.
///
/// Each frame stands alone, names its length and carries a checksum. Level 1: on metadata documents it takes
/// about 14 us each and leaves a quarter; higher levels take longer and leave nearly the same.
public struct FrameWriter: ~Copyable {
  private let context: OpaquePointer
  private var output: [UInt8] = []

  public init() throws(PackingError) { context = try Self.makeContext() }

  private static func makeContext() throws(PackingError) -> OpaquePointer {
    guard let context = ZSTD_createCCtx() else {
      throw .frame(operation: "start a writer", reason: "out of memory")
    }
    do throws(PackingError) {
      try Zstandard.check(ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, 1), "select the level")
      try Zstandard.check(ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1), "select the checksum")
    } catch {
      ZSTD_freeCCtx(context)
      throw error
    }
    return context
  }

  deinit { ZSTD_freeCCtx(context) }

  /// The frame of `bytes`; nil when it would not be shorter.
  public mutating func pack(_ bytes: [UInt8]) throws(PackingError) -> [UInt8]? {
    let written = try compress(bytes)
    return written < bytes.count ? Zstandard.copy(output, written) : nil
  }

  /// The frame of `bytes`, also when it is longer than they are.
  public mutating func frame(_ bytes: [UInt8]) throws(PackingError) -> [UInt8] {
    let written = try compress(bytes)
    return Zstandard.copy(output, written)
  }

  /// Packs `length` bytes that come and go in pieces, however many there are.
  ///
  /// - Parameters:
  ///   - source: fills the front of a buffer and says how many bytes it gave; 0 at the end.
  ///   - sink: takes the next bytes of the frame.
  /// - Throws: ``PackingError`` unless `source` gives exactly `length` bytes; what the closures throw.
  public mutating func frame(
    length: Int, from source: (UnsafeMutableRawBufferPointer) throws -> Int,
    to sink: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    try Zstandard.check(ZSTD_CCtx_setPledgedSrcSize(context, UInt64(length)), "announce the length")
    // Whatever happens, the next frame begins anew.
    defer { ZSTD_CCtx_reset(context, ZSTD_reset_session_only) }
    var input = [UInt8](repeating: 0, count: ZSTD_CStreamInSize())
    var output = [UInt8](repeating: 0, count: ZSTD_CStreamOutSize())
    var isWhole = false
    while !isWhole {
      let count = try input.withUnsafeMutableBytes { try source($0) }
      isWhole = try flush(input[..<count], isLast: count == 0, through: &output, to: sink)
    }
  }

  /// - Returns: whether the frame has ended.
  private func flush(
    _ piece: ArraySlice<UInt8>, isLast: Bool, through output: inout [UInt8],
    to sink: (UnsafeRawBufferPointer) throws -> Void
  ) throws -> Bool {
    let context = context
    return try piece.withUnsafeBytes { piece in
      var input = ZSTD_inBuffer(src: piece.baseAddress, size: piece.count, pos: 0)
      var rest = 0
      repeat {
        try output.withUnsafeMutableBytes { bytes in
          var target = ZSTD_outBuffer(dst: bytes.baseAddress, size: bytes.count, pos: 0)
          rest = ZSTD_compressStream2(context, &target, &input, isLast ? ZSTD_e_end : ZSTD_e_continue)
          try Zstandard.check(rest, "pack")
          if target.pos > 0 { try sink(UnsafeRawBufferPointer(rebasing: bytes[..<target.pos])) }
        }
      } while isLast ? rest > 0 : input.pos < input.size
      return isLast
    }
  }

  /// Puts the frame into ``output`` and answers its length.
  private mutating func compress(_ bytes: [UInt8]) throws(PackingError) -> Int {
    let bound = ZSTD_compressBound(bytes.count)
    if output.count < bound { output = [UInt8](repeating: 0, count: bound) }
    let context = self.context
    let written = output.withUnsafeMutableBytes { output in
      bytes.withUnsafeBytes { ZSTD_compress2(context, output.baseAddress, output.count, $0.baseAddress, $0.count) }
    }
    try Zstandard.check(written, "pack")
    return written
  }
}
