import CLibXML2

extension XMLPushParser {
  /// Reads a long text past libxml2, as far as it is simple.
  ///
  /// Between a start tag and the text after it libxml2 holds nothing back: what it does not see
  /// there changes nothing for it. Where the text stops being simple it goes on, with the rest
  /// of the element, and finds every error that it always found.
  ///
  /// - Returns: how many bytes were read; ``isInLongText`` stays true until libxml2 goes on.
  func readLongText(_ bytes: UnsafeRawBufferPointer) throws(WireError) -> Int {
    guard isInLongText, isBetweenTokens else { return 0 }
    if longText.count < bytes.count { longText = [UInt8](repeating: 0, count: bytes.count) }
    let escaped = bytes.bindMemory(to: UInt8.self)
    return try longText.withUnsafeMutableBufferPointer { output throws(WireError) in
      let (count, written) = EscapedText.read(escaped, into: output)
      bypassed += count
      read(output.baseAddress, written)
      if let failure { throw failure }
      return count
    }
  }

  /// libxml2 has used up all it was fed, and stands between two pieces of content.
  private var isBetweenTokens: Bool {
    guard let context, context.pointee.instate == XML_PARSER_CONTENT, context.pointee.inputNr == 1,
      let input = context.pointee.input
    else { return false }
    return input.pointee.cur == input.pointee.end
  }

  /// How much goes to libxml2 before the next long text could begin.
  func lengthOfMarkup(_ rest: Slice<UnsafeRawBufferPointer>, isLast: Bool) -> Int {
    let bytes = UnsafeRawBufferPointer(rebasing: rest)
    guard let longTextTag else { return bytes.count }
    if let end = longTextTag.end(in: bytes) { return end }
    return isLast ? bytes.count : bytes.count - longTextTag.cutLength(in: bytes)
  }
}
