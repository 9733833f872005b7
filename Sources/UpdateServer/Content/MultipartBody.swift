/// A body of several parts of one file (RFC 9110 14.6, MC-BUP 3.5.5).
///
/// Parts stand in the order asked for, also overlapping ones. Heads are as short as they can be:
/// BITS bounds what it reads of them.
struct MultipartBody: Hashable, Sendable {
  private static let boundaryLength = 24

  /// The `Content-Type` of the answer.
  let type: String
  let segments: [ContentSegment]

  init(_ ranges: [ByteRange], _ file: ContentCard) {
    // A file cannot hold a part of its own digest but by chance; a reader goes by the lengths anyway.
    let boundary = file.validator.tag.opaque.prefix(Self.boundaryLength)
    type = "multipart/byteranges; boundary=\(boundary)"
    var segments: [ContentSegment] = []
    for range in ranges {
      let lineEnd = segments.isEmpty ? "" : "\r\n"
      let field = file.contentRange(range)
      segments.append(
        .text("\(lineEnd)--\(boundary)\r\nContent-Type: \(file.type)\r\n\(field.name): \(field.value)\r\n\r\n"))
      segments.append(.file(range))
    }
    self.segments = segments + [.text("\r\n--\(boundary)--\r\n")]
  }
}
