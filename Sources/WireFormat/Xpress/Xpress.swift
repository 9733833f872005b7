/// The content coding `xpress`: blocks of LZ77 + DIRECT2 (MS-WUSP 2.1.1, guide 2.4).
///
/// A stream is a row of blocks: original length, compressed length (both 32 bits, little-endian),
/// payload. Nothing follows the last block.
public enum Xpress {
  /// The most that either length of a block may be.
  public static let maximumBlockLength = 65_535
  /// What an encoder puts into one block: 4 bytes for 32 literals and one more mask still fit.
  public static let encodedBlockLength = 58_000
  static let headerLength = 8
  static let minimumMatch = 3
  static let maximumDistance = 8_192

  /// Encodes a whole message. No input, no block.
  public static func encode(_ bytes: [UInt8]) -> [UInt8] {
    var encoder = XpressEncoder()
    var stream = encoder.push(bytes)
    stream += encoder.finish()
    return stream
  }

  /// Decodes a whole message.
  ///
  /// A block whose two lengths are equal holds its bytes as they are, when they are no LZ77: real
  /// servers send such blocks, this encoder never does.
  ///
  /// - Parameter limit: the most bytes that are made.
  public static func decode(_ stream: [UInt8], limit: Int) throws(XpressError) -> [UInt8] {
    var bytes: [UInt8] = []
    var offset = 0
    while offset < stream.count {
      let (original, payload) = try header(stream, at: offset)
      guard original <= limit - bytes.count else { throw .tooLarge(limit: limit) }
      do throws(XpressError) {
        var block = XpressBlockReader(stream[payload], original: original, offset: offset)
        bytes += try block.decode()
      } catch {
        guard original == payload.count else { throw error }
        bytes += stream[payload]
      }
      offset = payload.upperBound
    }
    return bytes
  }

  private static func header(_ stream: [UInt8], at offset: Int) throws(XpressError) -> (Int, Range<Int>) {
    guard stream.count - offset >= headerLength else { throw .truncated(offset: stream.count) }
    let number = { (start: Int) in (0..<4).reduce(UInt32(0)) { $0 | UInt32(stream[start + $1]) << (8 * UInt32($1)) } }
    let (original, compressed) = (number(offset), number(offset + 4))
    let allowed = 1...UInt32(maximumBlockLength)
    guard allowed.contains(original), allowed.contains(compressed) else {
      throw .blockLength(offset: offset, original: original, compressed: compressed)
    }
    let start = offset + headerLength
    guard stream.count - start >= Int(compressed) else { throw .truncated(offset: stream.count) }
    return (Int(original), start..<start + Int(compressed))
  }
}

/// Encodes a message that comes in pieces; it holds less than one block.
public struct XpressEncoder: Sendable {
  private var waiting: [UInt8] = []

  public init() {}

  /// - Returns: the blocks that are complete now.
  public mutating func push(_ bytes: [UInt8]) -> [UInt8] {
    waiting += bytes
    var stream: [UInt8] = []
    var start = 0
    while waiting.count - start >= Xpress.encodedBlockLength {
      Self.append(waiting[start..<start + Xpress.encodedBlockLength], to: &stream)
      start += Xpress.encodedBlockLength
    }
    waiting.removeFirst(start)
    return stream
  }

  /// - Returns: the last block, or nothing.
  public mutating func finish() -> [UInt8] {
    guard !waiting.isEmpty else { return [] }
    var stream: [UInt8] = []
    Self.append(waiting[...], to: &stream)
    waiting = []
    return stream
  }

  private static func append(_ block: ArraySlice<UInt8>, to stream: inout [UInt8]) {
    let payload = XpressBlockWriter.encode(block)
    for length in [block.count, payload.count] {
      for place in 0..<4 { stream.append(UInt8(truncatingIfNeeded: length >> (8 * place))) }
    }
    stream += payload
  }
}
