/// Changes to known bytes, as an input asks for them: a fuzzer that starts from something valid comes further.
///
/// Each edit is a kind, a place (two bytes, little endian), a count and, for some kinds, as many bytes.
public enum Edits {
  private static let most = 64

  /// `bytes` after all edits of `input`; the empty input changes nothing.
  public static func apply(_ input: [UInt8], to bytes: [UInt8]) -> [UInt8] {
    var feed = Feed(input)
    var edited = bytes
    for _ in 0..<most where !feed.isEmpty { apply(&feed, to: &edited) }
    return edited
  }

  private static func apply(_ feed: inout Feed, to bytes: inout [UInt8]) {
    let kind = feed.byte() % 6
    let place = (feed.byte() | feed.byte() << 8) % (bytes.count + 1)
    let count = feed.byte()
    let end = min(bytes.count, place + count)
    switch kind {
    case 0: bytes.replaceSubrange(place..<end, with: feed.bytes(end - place))
    case 1: for index in place..<end { bytes[index] ^= UInt8(truncatingIfNeeded: feed.byte()) }
    case 2: bytes.insert(contentsOf: feed.bytes(count), at: place)
    case 3: bytes.removeSubrange(place..<end)
    case 4: bytes.removeSubrange(place...)
    default: bytes.append(contentsOf: [UInt8](repeating: 0, count: count))
    }
  }
}

/// Takes an input apart, byte by byte; behind its end there are zeros.
public struct Feed {
  private var rest: ArraySlice<UInt8>

  public init(_ input: [UInt8]) { rest = input[...] }

  public var isEmpty: Bool { rest.isEmpty }

  /// 0 to 255.
  public mutating func byte() -> Int { Int(rest.popFirst() ?? 0) }

  /// 0 to 2^(8 * `width`) - 1, little endian.
  public mutating func number(width: Int) -> Int { (0..<width).reduce(0) { $0 | byte() << (8 * $1) } }

  /// A number below `bound`, which is at least 1.
  public mutating func number(below bound: Int) -> Int { number(width: bound > 256 ? 4 : 1) % bound }

  public mutating func truth() -> Bool { byte() & 1 == 1 }

  public mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(byte()) } }

  /// All that was not taken.
  public mutating func remaining() -> [UInt8] {
    defer { rest = [] }
    return Array(rest)
  }
}

/// Words about bytes of a stranger are short and can be shown on a terminal.
public func requirePlain(_ words: String, limit: Int = 2_000) {
  require(words.utf8.count <= limit, "a message of \(words.utf8.count) bytes: \(words.prefix(200))")
  let isPlain = words.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
  require(isPlain, "a message with control characters: \(words.debugDescription)")
}
