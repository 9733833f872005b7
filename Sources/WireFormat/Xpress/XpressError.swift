/// What makes bytes no xpress stream (MS-WUSP 2.1.1).
public enum XpressError: Error, Hashable, Sendable {
  /// The stream ends inside the header or the payload of a block.
  case truncated(offset: Int)
  /// A block states a length outside 1 to 65,535.
  case blockLength(offset: Int, original: UInt32, compressed: UInt32)
  /// A match reaches before the block, past its stated length, or has a length in the wrong form.
  case badMatch(offset: Int)
  /// The payload of a block makes another number of bytes than it states.
  case wrongLength(offset: Int, expected: Int, found: Int)
  /// The blocks together state more than the caller takes.
  case tooLarge(limit: Int)
}

extension XpressError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .truncated(let offset): "xpress: offset \(offset): expected more bytes, found the end"
    case .blockLength(let offset, let original, let compressed):
      "xpress: offset \(offset): expected lengths from 1 to 65535, found \(original) and \(compressed)"
    case .badMatch(let offset): "xpress: offset \(offset): expected a match inside its block, found one beyond"
    case .wrongLength(let offset, let expected, let found):
      "xpress: block at offset \(offset): expected \(expected) bytes, found \(found)"
    case .tooLarge(let limit): "xpress: expected at most \(limit) bytes, found more"
    }
  }
}
