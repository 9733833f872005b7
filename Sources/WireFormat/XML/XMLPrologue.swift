/// Looks at the first bytes of a document: only UTF-8 is read.
///
/// A declaration may name its encoding; libxml2 would follow it into other encodings, so it
/// is checked here first.
struct XMLPrologue {
  private var head: [UInt8] = []
  private var isDecided = false

  private static let headSize = 256

  /// Looks at the next bytes until the encoding is known.
  mutating func inspect(_ bytes: UnsafeRawBufferPointer) throws(WireError) {
    guard !isDecided else { return }
    head.append(contentsOf: bytes.prefix(Self.headSize - head.count))
    try refuseUTF16()
    let text = head.starts(with: [0xEF, 0xBB, 0xBF]) ? head[3...] : head[...]
    let isDeclaration = text.starts(with: "<?xml".utf8)
    let isEnded = text.contains(UInt8(ascii: ">")) || head.count >= Self.headSize
    guard isEnded || (text.count >= 5 && !isDeclaration) else { return }
    isDecided = true
    if isDeclaration { try checkEncoding(text.prefix { $0 != UInt8(ascii: ">") }) }
    head = []
  }

  private func refuseUTF16() throws(WireError) {
    guard head.count >= 2 else { return }
    switch (head[0], head[1]) {
    case (0xFF, 0xFE), (0x3C, 0x00): throw .wrongEncoding(found: "UTF-16LE")
    case (0xFE, 0xFF), (0x00, 0x3C): throw .wrongEncoding(found: "UTF-16BE")
    case (0x00, 0x00): throw .wrongEncoding(found: "UTF-32")
    default: return
    }
  }

  private func checkEncoding(_ declaration: ArraySlice<UInt8>) throws(WireError) {
    let words = String(decoding: declaration, as: UTF8.self)
    guard let name = Self.encoding(in: words) else { return }
    guard name.lowercased() == "utf-8" || name.lowercased() == "utf8" else {
      throw .wrongEncoding(found: WireError.excerpt(name))
    }
  }

  /// The value of the pseudo-attribute `encoding`.
  private static func encoding(in declaration: String) -> String? {
    let parts = declaration.split(whereSeparator: { $0 == "\"" || $0 == "'" })
    guard let label = parts.firstIndex(where: { $0.contains("encoding") && $0.contains("=") }),
      label + 1 < parts.count
    else { return nil }
    return String(parts[label + 1])
  }
}
