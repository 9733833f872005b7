/// Reads canonical JSON (docs/archive-format.md section 2), one value after the other, and nothing else.
///
/// The caller says what must come next; anything else is an error that names offset, expected and found. So a member
/// in another place, a doubled, missing or unknown one and any other spelling of a value are refused, and what was read
/// writes again as the same bytes.
struct CanonicalJSONReader {
  /// Depth of objects and arrays.
  static let maximumDepth = 16
  /// Bytes of one string, unless the caller allows more or fewer.
  static let maximumText = 64 << 10

  /// The next bytes of a document that is not all in memory; empty at its end.
  typealias Source = () throws(FormatError) -> [UInt8]

  /// More is asked for when fewer bytes wait: the longest value is text of which every byte is escaped with six.
  private static let leastWaiting = 7 * maximumText

  /// Named in errors.
  let document: String
  /// What is in memory: all, or what was not passed yet and some more.
  private(set) var bytes: [UInt8]
  /// Where the next byte is read in ``bytes``.
  var offset: Int
  private var source: Source?
  /// Where ``bytes`` begin in the document.
  private var passed = 0
  /// The last member whose name was read; empty before the first.
  private var member: StaticString = ""
  private var depth = 0
  /// Whether something stands before the next value or member in its object or array.
  private var isBehindValue = false

  init(_ bytes: [UInt8], document: String, at offset: Int = 0) {
    self.bytes = bytes
    self.document = document
    self.offset = offset
  }

  /// Reads a document in pieces as it goes.
  init(document: String, source: @escaping Source) throws(FormatError) {
    self.init([], document: document)
    self.source = source
    try readAhead()
  }

  /// Makes the next value wait whole. Positions before it count no more.
  private mutating func readAhead() throws(FormatError) {
    guard let source, bytes.count - offset < Self.leastWaiting else { return }
    bytes.removeSubrange(..<offset)
    passed += offset
    offset = 0
    while bytes.count < Self.leastWaiting {
      let next = try source()
      if next.isEmpty {
        self.source = nil
        return
      }
      bytes.append(contentsOf: next)
    }
  }

  mutating func beginObject() throws(FormatError) { try open(UInt8(ascii: "{"), "an object") }
  mutating func endObject() throws(FormatError) { try close(UInt8(ascii: "}"), "the end of the object") }
  mutating func beginArray() throws(FormatError) { try open(UInt8(ascii: "["), "a list") }

  /// The name of the next member, which must be this one.
  mutating func key(_ name: StaticString) throws(FormatError) {
    try readAhead()
    let start = offset
    try separate(Self.quoted(name))
    try byte(UInt8(ascii: "\""), Self.quoted(name), from: start)
    let isSame = name.withUTF8Buffer { matches($0) }
    guard isSame else { throw error(at: start, Self.quoted(name)) }
    offset += name.utf8CodeUnitCount
    guard peek == UInt8(ascii: "\"") else { throw error(at: start, Self.quoted(name)) }
    offset += 1
    try byte(UInt8(ascii: ":"), "a colon", from: offset)
    member = name
    isBehindValue = false
  }

  /// Whether another element follows in the list; at its end, leaves the list.
  mutating func nextElement() throws(FormatError) -> Bool {
    try readAhead()
    if peek == UInt8(ascii: "]") {
      try close(UInt8(ascii: "]"), "the end of the list")
      return false
    }
    try separate("another element or the end of the list")
    isBehindValue = false
    return true
  }

  /// Takes `null` if it comes next.
  mutating func null() -> Bool { literal("null") }

  mutating func truth() throws(FormatError) -> Bool {
    if literal("true") { return true }
    if literal("false") { return false }
    throw error(at: offset, "true or false")
  }

  /// An integer within `range`.
  mutating func integer(_ range: ClosedRange<Int64> = .min ... .max) throws(FormatError) -> Int64 {
    let start = offset
    let isNegative = peek == UInt8(ascii: "-")
    if isNegative { offset += 1 }
    let digits = offset
    var value: Int64 = 0
    while let digit = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) {
      let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
      let step = Int64(digit - UInt8(ascii: "0"))
      let (sum, overrun) =
        isNegative ? scaled.subtractingReportingOverflow(step) : scaled.addingReportingOverflow(step)
      guard !overflow, !overrun else { throw error(at: start, "an integer of 64 bits") }
      value = sum
      offset += 1
    }
    let isCanonical = offset > digits && (bytes[digits] != UInt8(ascii: "0") || (offset == digits + 1 && !isNegative))
    guard isCanonical else { throw error(at: start, "an integer in plain decimal digits") }
    guard range.contains(value) else {
      throw refusal(at: start, "a number from \(range.lowerBound) to \(range.upperBound)", "\(value)")
    }
    isBehindValue = true
    return value
  }

  /// One line feed: the document or line ends here.
  mutating func lineFeed() throws(FormatError) {
    try byte(UInt8(ascii: "\n"), "a line feed", from: offset)
    isBehindValue = false
    member = ""
  }

  /// One line feed and nothing behind it.
  mutating func end() throws(FormatError) {
    try lineFeed()
    guard offset == bytes.count else { throw error(at: offset, "the end of the document") }
  }

  // MARK: Pieces

  var peek: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  mutating func valueIsRead() { isBehindValue = true }

  private mutating func open(_ bracket: UInt8, _ expected: String) throws(FormatError) {
    guard depth < Self.maximumDepth else {
      throw refusal(at: offset, "at most \(Self.maximumDepth) levels", "one more")
    }
    try byte(bracket, expected, from: offset)
    depth += 1
    isBehindValue = false
  }

  private mutating func close(_ bracket: UInt8, _ expected: String) throws(FormatError) {
    try byte(bracket, expected, from: offset)
    depth -= 1
    isBehindValue = true
  }

  private mutating func separate(_ expected: @autoclosure () -> String) throws(FormatError) {
    if isBehindValue { try byte(UInt8(ascii: ","), expected(), from: offset) }
  }

  mutating func byte(
    _ wanted: UInt8, _ expected: @autoclosure () -> String, from start: Int
  ) throws(FormatError) {
    guard peek == wanted else { throw error(at: start, expected()) }
    offset += 1
  }

  private static func quoted(_ name: StaticString) -> String { "member \"\(name)\"" }

  private func matches(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard bytes.count - offset >= text.count else { return false }
    for index in 0..<text.count where bytes[offset + index] != text[index] { return false }
    return true
  }

  private mutating func literal(_ word: StaticString) -> Bool {
    guard word.withUTF8Buffer({ matches($0) }) else { return false }
    offset += word.utf8CodeUnitCount
    isBehindValue = true
    return true
  }
}

// MARK: - Errors

extension CanonicalJSONReader {
  /// Something else stands at `start`.
  func error(at start: Int, _ expected: String) -> FormatError {
    let rest = start < bytes.count ? bytes[start...].prefix(24) : []
    return refusal(at: start, expected, rest.isEmpty ? "the end of the document" : ForeignText.quoted(rest))
  }

  /// A value that was read well and is not allowed.
  func refusal(at start: Int? = nil, _ expected: String, _ found: String) -> FormatError {
    let place = member.utf8CodeUnitCount == 0 ? document : "\(document), \(member)"
    return FormatError(place: place, offset: passed + (start ?? offset), expected: expected, found: found)
  }
}
