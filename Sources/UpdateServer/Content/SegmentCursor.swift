/// Hands out the body of an answer in pieces.
struct SegmentCursor: Hashable, Sendable {
  private let segments: [ContentSegment]
  private var index = 0
  /// Bytes of the current segment that were handed out.
  private var taken: Int64 = 0

  init(_ segments: [ContentSegment]) { self.segments = segments }

  var isAtEnd: Bool { index == segments.count }

  /// Takes the next piece. Text comes whole; a range comes in pieces of at most `limit` bytes.
  ///
  /// - Parameter limit: at least 1.
  /// - Returns: nil at the end.
  mutating func next(limit: Int64) -> ContentSegment? {
    guard index < segments.count else { return nil }
    let segment = segments[index]
    guard case .file(let range) = segment else {
      index += 1
      return segment
    }
    let first = range.first + taken
    let last = range.last - first < limit ? range.last : first + limit - 1
    taken += last - first + 1
    if last == range.last { (index, taken) = (index + 1, 0) }
    return .file(ByteRange(first: first, last: last))
  }
}
