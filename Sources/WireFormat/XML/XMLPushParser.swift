import CLibXML2

/// Parses one document that arrives in pieces, within ``XMLLimits``.
///
/// The document reaches libxml2 in blocks of one fixed size whatever the pieces are, so the
/// way a message was cut on the network never changes the result. Nothing is loaded from
/// outside, and the first sign of a document type declaration ends the parsing (SSS-022).
/// Not thread-safe: one owner feeds it.
final class XMLPushParser {
  private let limits: XMLLimits
  private let handler: any XMLHandler
  private let refusesInstructions: Bool
  private let blockSize: Int
  private var context: xmlParserCtxtPtr?
  private var prologue = XMLPrologue()
  private var block: [UInt8] = []
  private var failure: WireError?
  private var isFinished = false

  private var received = 0
  private var silentBytes = 0
  private var depth = 0
  private var elements = 0
  private var textBytes = 0

  private static let initialized: Void = xmlInitParser()

  /// - Parameter blockSize: what libxml2 is fed with at once; tests use odd sizes.
  init(limits: XMLLimits, handler: any XMLHandler, refusesInstructions: Bool = true, blockSize: Int = 32 << 10) {
    _ = Self.initialized
    self.limits = limits
    self.handler = handler
    self.refusesInstructions = refusesInstructions
    self.blockSize = max(1, blockSize)
    block.reserveCapacity(self.blockSize)
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
      let piece = rest.prefix(blockSize - block.count)
      rest = rest.dropFirst(piece.count)
      received += piece.count
      guard received <= limits.total else { throw stop(exceeded(.total, limits.total)) }
      if block.isEmpty, piece.count == blockSize {
        try feed(UnsafeRawBufferPointer(rebasing: piece))
      } else {
        block.append(contentsOf: piece)
        if block.count == blockSize { try feedBlock() }
      }
    }
    if let failure { throw failure }
  }

  /// Ends the document. Nothing may be pushed afterwards.
  func finish() throws(WireError) {
    if let failure { throw failure }
    guard !isFinished else { return }
    isFinished = true
    if !block.isEmpty { try feedBlock() }
    guard let context = try makeContext() else { return }
    xmlParseChunk(context, nil, 0, 1)
    if let failure { throw failure }
    guard elements > 0, depth == 0 else { throw malformed("the document ends too early") }
  }

  private func feedBlock() throws(WireError) {
    var full: [UInt8] = []
    swap(&full, &block)
    let fed = full.withUnsafeBytes { bytes -> WireError? in
      do throws(WireError) {
        try feed(bytes)
        return nil
      } catch { return error }
    }
    full.removeAll(keepingCapacity: true)
    swap(&full, &block)
    if let fed { throw fed }
  }

  private func feed(_ bytes: UnsafeRawBufferPointer) throws(WireError) {
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
    return Int(input.pointee.consumed) + (input.pointee.cur - input.pointee.base)
  }

  private func malformed(_ reason: String) -> WireError {
    stop(.malformed(WireLocation(offset: offset), reason: reason))
  }

  private func exceeded(_ limit: XMLLimits.Kind, _ maximum: Int) -> WireError {
    .limitExceeded(WireLocation(), limit: limit, maximum: maximum)
  }

  /// Keeps the first failure and makes libxml2 stop.
  @discardableResult
  private func stop(_ error: WireError) -> WireError {
    if let failure { return failure }
    let located = error.at(offset: offset)
    failure = located
    if let context { xmlStopParser(context) }
    return located
  }
}

// MARK: - What libxml2 calls

extension XMLPushParser {
  private static func makeCallbacks() -> xmlSAXHandler {
    var sax = xmlSAXHandler()
    sax.initialized = XML_SAX2_MAGIC
    sax.startElementNs = { owner, name, prefix, uri, declarationCount, declarations, count, _, attributes in
      guard let parser = XMLPushParser.from(owner), let name else { return }
      parser.started(
        XMLStartTag(
          localName: name, prefixPointer: prefix, namespacePointer: uri,
          declarationCount: Int(declarationCount), declarations: declarations,
          attributeCount: Int(count), attributes: attributes))
    }
    sax.endElementNs = { owner, _, _, _ in XMLPushParser.from(owner)?.ended() }
    sax.characters = { owner, bytes, count in XMLPushParser.from(owner)?.read(bytes, Int(count)) }
    sax.ignorableWhitespace = sax.characters
    sax.comment = { owner, _ in XMLPushParser.from(owner)?.silentBytes = 0 }
    sax.processingInstruction = { owner, _, _ in XMLPushParser.from(owner)?.foundInstruction() }
    sax.internalSubset = { owner, _, _, _ in
      XMLPushParser.from(owner)?.stop(.forbidden(WireLocation(), construct: "a document type declaration"))
    }
    sax.serror = { owner, error in
      guard let parser = XMLPushParser.from(owner), let error = error?.pointee,
        error.level != XML_ERR_WARNING
      else { return }
      let words = error.message.map { String(cString: $0) } ?? "error \(error.code)"
      parser.stop(.malformed(WireLocation(), reason: words.filter { !$0.isNewline }))
    }
    return sax
  }

  private static func from(_ owner: UnsafeMutableRawPointer?) -> XMLPushParser? {
    owner.map { Unmanaged<XMLPushParser>.fromOpaque($0).takeUnretainedValue() }
  }

  private func started(_ tag: XMLStartTag) {
    guard failure == nil else { return }
    silentBytes = 0
    textBytes = 0
    depth += 1
    elements += 1
    do throws(WireError) {
      try checkLimits(of: tag)
      try handler.start(tag)
    } catch { stop(error.within(element: tag.name)) }
  }

  private func checkLimits(of tag: XMLStartTag) throws(WireError) {
    if depth > limits.depth { throw exceeded(.depth, limits.depth) }
    if elements > limits.elements { throw exceeded(.elements, limits.elements) }
    let attributes = tag.attributeCount + tag.declarationCount
    guard attributes > 0 else { return }
    if attributes > limits.attributes { throw exceeded(.attributes, limits.attributes) }
    if tag.attributeBytes > limits.attributeBytes { throw exceeded(.attributeBytes, limits.attributeBytes) }
  }

  private func ended() {
    guard failure == nil else { return }
    silentBytes = 0
    textBytes = 0
    depth -= 1
    do throws(WireError) { try handler.end() } catch { stop(error) }
  }

  private func read(_ bytes: UnsafePointer<xmlChar>?, _ count: Int) {
    guard failure == nil, count > 0 else { return }
    silentBytes = 0
    textBytes += count
    if textBytes > limits.text {
      stop(exceeded(.text, limits.text))
      return
    }
    do throws(WireError) { try handler.text(UnsafeBufferPointer(start: bytes, count: count)) } catch { stop(error) }
  }

  private func foundInstruction() {
    silentBytes = 0
    guard refusesInstructions else { return }
    stop(.forbidden(WireLocation(), construct: "a processing instruction"))
  }
}
