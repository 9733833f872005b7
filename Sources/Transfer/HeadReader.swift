/// Puts the head of a reply together from libcurl's header lines.
struct HeadReader {
  enum Fault: Error {
    case malformed(String)
    case tooLarge(limit: Int64, declared: Int64)
  }

  static let maximumLines = 256
  static let maximumBytes = 64 << 10

  private(set) var isComplete = false
  private var head: ResponseHead?
  private var bytes = 0

  /// - Returns: the head when `line` ends it. Interim heads (1xx) are dropped, trailers ignored.
  mutating func add(_ line: UnsafeRawBufferPointer) throws(Fault) -> ResponseHead? {
    guard !isComplete else { return nil }
    bytes += line.count
    guard bytes <= Self.maximumBytes else { throw .malformed("head over \(Self.maximumBytes) bytes") }
    let text = Self.trimmed(line[...])
    if text.isEmpty { return finishHead() }
    if head == nil || text.starts(with: "HTTP/".utf8) {
      head = ResponseHead(status: try Self.status(text))
    } else {
      try addField(text)
    }
    return nil
  }

  private mutating func finishHead() -> ResponseHead? {
    guard let head else { return nil }
    guard head.status >= 200 else {
      self.head = nil
      return nil
    }
    isComplete = true
    return head
  }

  private mutating func addField(_ text: Slice<UnsafeRawBufferPointer>) throws(Fault) {
    guard let colon = text.firstIndex(of: UInt8(ascii: ":")) else { return }
    guard let count = head?.headers.fields.count, count < Self.maximumLines else {
      throw .malformed("more than \(Self.maximumLines) header lines")
    }
    let name = String(decoding: text[..<colon], as: UTF8.self)
    head?.headers.add(name, String(decoding: Self.trimmed(text[text.index(after: colon)...]), as: UTF8.self))
  }

  private static func status(_ line: Slice<UnsafeRawBufferPointer>) throws(Fault) -> Int {
    let words = line.split(separator: UInt8(ascii: " "), maxSplits: 2)
    guard words.count >= 2, let status = Int(String(decoding: words[1], as: UTF8.self)), (100...999).contains(status)
    else { throw .malformed("no status line") }
    return status
  }

  private static func trimmed(_ line: Slice<UnsafeRawBufferPointer>) -> Slice<UnsafeRawBufferPointer> {
    var rest = line
    while let first = rest.first, first == 0x20 || first == 0x09 { rest = rest.dropFirst() }
    while let last = rest.last, last <= 0x20 { rest = rest.dropLast() }
    return rest
  }
}

extension HeadReader.Fault {
  func transferError(_ target: RequestTarget) -> TransferError {
    switch self {
    case .malformed(let reason): .malformedReply(target, reason: reason)
    case .tooLarge(let limit, let declared): .bodyTooLarge(target, limit: limit, declared: declared)
    }
  }
}
