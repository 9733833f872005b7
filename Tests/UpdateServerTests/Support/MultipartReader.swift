import Testing

/// Takes a `multipart/byteranges` answer apart by its boundary.
enum MultipartReader {
  struct Part {
    /// The lines before the empty one.
    let head: [String]
    /// With their line ends.
    let headBytes: Int
    let body: [UInt8]
  }

  static func parts(of answer: RawAnswer) throws -> [Part] {
    let type = try #require(answer["Content-Type"])
    #expect(type.hasPrefix("multipart/byteranges; boundary="))
    let boundary = try #require(type.split(separator: "=").last)
    let pieces = split(answer.body, at: Array("--\(boundary)".utf8))
    #expect(pieces.first?.isEmpty == true)
    #expect(pieces.last.map { String(decoding: $0, as: UTF8.self) } == "--\r\n")
    return try pieces.dropFirst().dropLast().map { piece in
      let headEnd = try #require(find(Array("\r\n\r\n".utf8), in: piece, from: 0))
      let head = String(decoding: piece[..<headEnd], as: UTF8.self)
      return Part(
        head: head.split(separator: "\r\n").map(String.init), headBytes: headEnd + 4,
        body: Array(piece[(headEnd + 4)...].dropLast(2)))
    }
  }

  private static func split(_ bytes: [UInt8], at separator: [UInt8]) -> [[UInt8]] {
    var pieces: [[UInt8]] = []
    var start = 0
    while let found = find(separator, in: bytes, from: start) {
      pieces.append(Array(bytes[start..<found]))
      start = found + separator.count
    }
    return pieces + [Array(bytes[start...])]
  }

  private static func find(_ wanted: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
    guard bytes.count >= wanted.count else { return nil }
    return bytes.indices.dropFirst(start).first {
      $0 + wanted.count <= bytes.count && bytes[$0...].starts(with: wanted)
    }
  }
}
