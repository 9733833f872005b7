import COpenSSL

/// The blocks of a PEM text (RFC 7468), by their places: nothing is copied before it is wanted.
struct PEMText {
  struct Block {
    /// As `CERTIFICATE`.
    let label: String
    /// From the first dash of its first line to the end of its last.
    let range: Range<Int>
  }

  static let certificateLabel = "CERTIFICATE"
  private static let maximumBlocks = 64

  let bytes: [UInt8]
  let blocks: [Block]
  /// Something but white space stands before, between or after the blocks.
  let hasOtherText: Bool

  /// - Returns: nil when a block does not end, ends under another label or is no ASCII, or when there are more than 64.
  init?(_ bytes: [UInt8]) {
    var blocks: [Block] = []
    var open: (label: String, start: Int)?
    var hasOtherText = false
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      let words = Self.trimmed(line)
      let begun = Self.label(of: words, after: "-----BEGIN ")
      if let (label, start) = open {
        if begun != nil { return nil }
        // The library would skip what it cannot read at the end of a line.
        guard words.allSatisfy({ (0x20...0x7E).contains($0) }) else { return nil }
        guard let ended = Self.label(of: words, after: "-----END ") else { continue }
        guard ended == label, blocks.count < Self.maximumBlocks else { return nil }
        blocks.append(Block(label: label, range: start..<words.endIndex))
        open = nil
      } else if let begun {
        open = (begun, words.startIndex)
      } else if !words.isEmpty {
        hasOtherText = true
      }
    }
    if open != nil { return nil }
    (self.bytes, self.blocks, self.hasOtherText) = (bytes, blocks, hasOtherText)
  }

  /// Calls `body` with a library buffer that reads one block. The bytes are not copied.
  func reading<Result>(
    _ block: Block, _ body: (OpaquePointer) throws(SealingError) -> Result
  ) throws(SealingError) -> Result {
    try bytes.withUnsafeBufferPointer { (all) throws(SealingError) in
      let part = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(all)[block.range])
      let memory = try LibraryHandle("BIO_new_mem_buf", BIO_new_mem_buf(part.baseAddress, Int32(part.count)), .buffer)
      return try body(memory.pointer)
    }
  }

  /// What a block without headers encodes.
  ///
  /// - Returns: nil when it has headers or is no base64.
  func contents(of block: Block) throws(SealingError) -> [UInt8]? {
    ERR_clear_error()
    defer { ERR_clear_error() }
    return try reading(block) { (memory) throws(SealingError) in
      var name: UnsafeMutablePointer<CChar>?
      var header: UnsafeMutablePointer<CChar>?
      var contents: UnsafeMutablePointer<UInt8>?
      var count = 0
      guard PEM_read_bio(memory, &name, &header, &contents, &count) == 1 else { return nil }
      defer {
        for pointer in [name, header] { CRYPTO_free(pointer, nil, 0) }
        CRYPTO_free(contents, nil, 0)
      }
      guard let header, header.pointee == 0, let contents else { return nil }
      return copyBytes(contents, count: count)
    }
  }

  private static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let blanks = [UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r")]
    let end = line.lastIndex { !blanks.contains($0) }.map { $0 + 1 } ?? line.startIndex
    return line[line.startIndex..<end].drop { blanks.contains($0) }
  }

  private static func label(of line: ArraySlice<UInt8>, after prefix: String) -> String? {
    let suffix = "-----"
    guard line.count > prefix.utf8.count + suffix.utf8.count, line.starts(with: prefix.utf8),
      line.reversed().starts(with: suffix.utf8)
    else { return nil }
    let label = line.dropFirst(prefix.utf8.count).dropLast(suffix.utf8.count)
    let isPlain = label.allSatisfy { $0 == 0x20 || (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) }
    return isPlain ? String(decoding: label, as: UTF8.self) : nil
  }
}
