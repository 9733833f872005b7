/// A part of a file: both ends are included, as in `Content-Range` (RFC 9110 14.1.2).
struct ByteRange: Hashable, Sendable {
  let first: Int64
  let last: Int64

  var count: Int64 { last - first + 1 }
}

/// One entry of a `Range` header before the size of the file is known.
enum RangeSpecifier: Hashable, Sendable {
  /// `first-last`.
  case closed(Int64, Int64)
  /// `first-`.
  case open(Int64)
  /// `-count`: the last bytes.
  case suffix(Int64)

  /// The bytes that this entry means in a file of `size` bytes.
  ///
  /// - Returns: nil when no byte of the file is meant: the entry cannot be satisfied.
  func resolved(size: Int64) -> ByteRange? {
    switch self {
    case .closed(let first, let last):
      guard first < size else { return nil }
      return ByteRange(first: first, last: min(last, size - 1))
    case .open(let first):
      guard first < size else { return nil }
      return ByteRange(first: first, last: size - 1)
    case .suffix(let count):
      guard count > 0, size > 0 else { return nil }
      return ByteRange(first: max(0, size - count), last: size - 1)
    }
  }
}

/// Reads the `Range` header.
enum RangeHeader {
  /// More entries than this are no honest request; the header is ignored then.
  static let maximumEntries = 200

  /// - Returns: nil when the header is not a well-formed list of byte ranges. A server then
  ///   answers as if there were no header (RFC 9110 14.2).
  static func parse(_ text: String) -> [RangeSpecifier]? {
    guard let equals = text.firstIndex(of: "="), text[..<equals].lowercased() == "bytes" else { return nil }
    let entries = text[text.index(after: equals)...].split(separator: ",", omittingEmptySubsequences: false)
    guard entries.count <= maximumEntries else { return nil }
    var specifiers: [RangeSpecifier] = []
    for entry in entries {
      let trimmed = trimmingBlanks(entry)
      if trimmed.isEmpty, entries.count > 1 { continue }
      guard let specifier = specifier(trimmed) else { return nil }
      specifiers.append(specifier)
    }
    return specifiers.isEmpty ? nil : specifiers
  }

  private static func specifier(_ text: Substring) -> RangeSpecifier? {
    guard let hyphen = text.firstIndex(of: "-") else { return nil }
    let left = text[..<hyphen]
    let right = text[text.index(after: hyphen)...]
    if left.isEmpty { return number(right).map(RangeSpecifier.suffix) }
    guard let first = number(left) else { return nil }
    if right.isEmpty { return .open(first) }
    guard let last = number(right), last >= first else { return nil }
    return .closed(first, last)
  }

  /// Decimal digits only. What does not fit stands for "past every end".
  private static func number(_ text: Substring) -> Int64? {
    let isDigits = text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    guard !text.isEmpty, isDigits else { return nil }
    return Int64(text) ?? .max
  }

  private static func trimmingBlanks(_ text: Substring) -> Substring {
    let isBlank = { (character: Character) in character == " " || character == "\t" }
    let head = text.drop(while: isBlank)
    guard let end = head.lastIndex(where: { !isBlank($0) }) else { return "" }
    return head[...end]
  }
}
