import CLibXML2

/// Parses one document that arrives in pieces, within ``XMLLimits``.
///
/// The document reaches libxml2 in blocks of one fixed size whatever the pieces are, so the
/// way a message was cut on the network never changes the result. Nothing is loaded from
/// outside, and the first sign of a document type declaration ends the parsing (SSS-022).
/// Long escaped texts take a shorter way, see ``readLongText(_:)``.
/// Not thread-safe: one owner feeds it. What each callback changes is therefore not watched for overlapping access.
final class XMLPushParser {
  let limits: XMLLimits
  let handler: any XMLHandler
  let refusesInstructions: Bool
  private let blockSize: Int
  let longTextTag: LongTextTag?
  var context: xmlParserCtxtPtr?
  private var prologue = XMLPrologue()
  private var block: [UInt8] = []
  /// What the end of one block left for the next.
  private var carried = 0
  /// Nothing but text came since a ``longTextTag``.
  @exclusivity(unchecked) var isInLongText = false
  var longText: [UInt8] = []
  /// Bytes that libxml2 never saw.
  var bypassed = 0
  @exclusivity(unchecked) private(set) var failure: WireError?
  private var isFinished = false

  private var received = 0
  @exclusivity(unchecked) var silentBytes = 0
  @exclusivity(unchecked) var depth = 0
  @exclusivity(unchecked) var elements = 0
  @exclusivity(unchecked) var textBytes = 0

  private static let initialized: Void = xmlInitParser()

  /// - Parameters:
  ///   - longTextElement: the element whose text may be a whole escaped document.
  ///   - blockSize: what is parsed at once; tests use odd sizes.
  init(
    limits: XMLLimits, handler: any XMLHandler, refusesInstructions: Bool = true,
    longTextElement: StaticString? = nil, blockSize: Int = 32 << 10
  ) {
    _ = Self.initialized
    self.limits = limits
    self.handler = handler
    self.refusesInstructions = refusesInstructions
    self.blockSize = max(1, blockSize)
    longTextTag = longTextElement.map { LongTextTag($0) }
  }

  deinit {
    if let context {
      if let document = context.pointee.myDoc { xmlFreeDoc(document) }
      xmlFreeParserCtxt(context)
    }
  }

  /// Takes the next piece of the document.
  func push(_ bytes: UnsafeRawBufferPointer) throws(WireError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      if let failure { throw failure }
      let piece = rest.prefix(blockSize + carried - block.count)
      rest = rest.dropFirst(piece.count)
      received += piece.count
      guard received <= limits.total else { throw stop(exceeded(.total, limits.total)) }
      if block.isEmpty, piece.count == blockSize {
        let fed = try feed(UnsafeRawBufferPointer(rebasing: piece), isLast: false)
        carry(piece.dropFirst(fed))
      } else {
        block.append(contentsOf: piece)
        if block.count == blockSize + carried { try feedBlock(isLast: false) }
      }
    }
    if let failure { throw failure }
  }

  /// Ends the document. Nothing may be pushed afterwards.
  func finish() throws(WireError) {
    if let failure { throw failure }
    guard !isFinished else { return }
    isFinished = true
    if !block.isEmpty { try feedBlock(isLast: true) }
    guard let context = try makeContext() else { return }
    xmlParseChunk(context, nil, 0, 1)
    if let failure { throw failure }
    guard elements > 0, depth == 0 else { throw malformed("the document ends too early") }
  }

  private func feedBlock(isLast: Bool) throws(WireError) {
    var full: [UInt8] = []
    swap(&full, &block)
    var fed = 0
    let failed = full.withUnsafeBytes { bytes -> WireError? in
      do throws(WireError) {
        fed = try feed(bytes, isLast: isLast)
        return nil
      } catch { return error }
    }
    full.removeFirst(fed)
    swap(&full, &block)
    carried = block.count
    if let failed { throw failed }
  }

  private func carry(_ rest: Slice<UnsafeRawBufferPointer>) {
    block.append(contentsOf: rest)
    carried = block.count
  }

  /// - Returns: how many bytes were taken; the few others come again before the next block.
  private func feed(_ bytes: UnsafeRawBufferPointer, isLast: Bool) throws(WireError) -> Int {
    guard longTextTag != nil else {
      try parse(bytes)
      return bytes.count
    }
    var taken = 0
    while taken < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[taken...])
      let text = try readLongText(rest)
      taken += text
      if !isLast, isInLongText, rest.count - text < EscapedText.longestCharacter { return taken }
      isInLongText = false
      let markup = lengthOfMarkup(bytes[taken...], isLast: isLast)
      guard markup > 0 else { return taken }
      try parse(UnsafeRawBufferPointer(rebasing: bytes[taken..<(taken + markup)]))
      taken += markup
    }
    return taken
  }

  /// Feeds libxml2.
  private func parse(_ bytes: UnsafeRawBufferPointer) throws(WireError) {
    do { try prologue.inspect(bytes) } catch {
      failure = error
      throw error
    }
    guard let context = try makeContext(), let start = bytes.baseAddress else { return }
    silentBytes += bytes.count
    xmlParseChunk(context, start.assumingMemoryBound(to: CChar.self), Int32(bytes.count), 0)
    if let failure { throw failure }
    // libxml2 holds what it cannot finish yet; one token may not grow without end.
    guard silentBytes <= limits.token + 2 * blockSize else { throw stop(exceeded(.token, limits.token)) }
  }

  private func makeContext() throws(WireError) -> xmlParserCtxtPtr? {
    if let context { return context }
    var sax = Self.makeCallbacks()
    let owner = Unmanaged.passUnretained(self).toOpaque()
    guard let created = xmlCreatePushParserCtxt(&sax, owner, nil, 0, nil) else {
      throw malformed("no memory for a parser")
    }
    // NOENT: else `&amp;` in an attribute would read `&#38;`. No document can declare entities here.
    xmlCtxtUseOptions(created, Int32(XML_PARSE_NONET.rawValue | XML_PARSE_NOENT.rawValue))
    context = created
    return created
  }

  private var offset: Int {
    guard let context, let input = context.pointee.input else { return received }
    return bypassed + Int(input.pointee.consumed) + (input.pointee.cur - input.pointee.base)
  }

  private func malformed(_ reason: String) -> WireError {
    stop(.malformed(WireLocation(offset: offset), reason: reason))
  }

  func exceeded(_ limit: XMLLimits.Kind, _ maximum: Int) -> WireError {
    .limitExceeded(WireLocation(), limit: limit, maximum: maximum)
  }

  /// Keeps the first failure and makes libxml2 stop.
  @discardableResult
  func stop(_ error: WireError) -> WireError {
    if let failure { return failure }
    let located = error.at(offset: offset)
    failure = located
    if let context { xmlStopParser(context) }
    return located
  }
}
