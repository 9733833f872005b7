import CLibXML2

/// What libxml2 calls.
extension XMLPushParser {
  static func makeCallbacks() -> xmlSAXHandler {
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
    sax.characters = { owner, bytes, count in
      guard let parser = XMLPushParser.from(owner) else { return }
      parser.isInLongText = false
      parser.read(bytes, Int(count))
    }
    sax.ignorableWhitespace = sax.characters
    sax.comment = { owner, _ in XMLPushParser.from(owner)?.foundComment() }
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
    isInLongText = longTextTag.map { tag.isNamed($0.name) } ?? false
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
    isInLongText = false
    depth -= 1
    do throws(WireError) { try handler.end() } catch { stop(error) }
  }

  /// Hands text to the handler, from libxml2 or read past it.
  func read(_ bytes: UnsafePointer<xmlChar>?, _ count: Int) {
    guard failure == nil, count > 0 else { return }
    silentBytes = 0
    textBytes += count
    if textBytes > limits.text {
      stop(exceeded(.text, limits.text))
      return
    }
    do throws(WireError) { try handler.text(UnsafeBufferPointer(start: bytes, count: count)) } catch { stop(error) }
  }

  private func foundComment() {
    silentBytes = 0
    isInLongText = false
  }

  private func foundInstruction() {
    silentBytes = 0
    isInLongText = false
    guard refusesInstructions else { return }
    stop(.forbidden(WireLocation(), construct: "a processing instruction"))
  }
}
