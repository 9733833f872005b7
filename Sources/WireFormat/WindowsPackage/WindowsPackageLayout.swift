/// How a Windows metadata package is packed.
public enum WindowsPackageLayout: Hashable, Sendable {
  /// A Cabinet with ``metadataName`` and ``packageName``.
  case cabinet

  public static let metadataName = "metadata.txt"
  public static let packageName = "package.xml"
  /// The bytes that ``init(fileName:leading:)`` wants to see.
  public static let leadingByteCount = 4

  /// Recognizes a package by its first bytes.
  ///
  /// - Parameters:
  ///   - fileName: for the error only.
  ///   - leading: the first ``leadingByteCount`` bytes, fewer of a shorter file.
  /// - Throws: ``WireError`` for the `.xml.gz` that newer Windows servers write, whose layout is not known, and for
  ///   anything else.
  public init(fileName: String, leading: [UInt8]) throws(WireError) {
    let expected = "a Cabinet (.cab) of wsusutil export"
    if leading.starts(with: "MSCF".utf8) {
      self = .cabinet
    } else if leading.starts(with: [0x1F, 0x8B]) {
      let found = "gzip: the .xml.gz layout of newer servers is not known; export to a name that ends in .cab"
      throw .invalidValue(WireLocation(operation: fileName), expected: expected, found: found)
    } else {
      let found = leading.isEmpty ? "no byte" : RecordPrefix.shown(leading.prefix(Self.leadingByteCount))
      throw .invalidValue(WireLocation(operation: fileName), expected: expected, found: found)
    }
  }
}
