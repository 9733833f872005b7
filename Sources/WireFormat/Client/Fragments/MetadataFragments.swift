/// Turns a revision's metadata document into what clients are sent (MS-WUSP 3.1.1.1).
///
/// The document itself is kept as it came (WUSP-166); fragments can always be made again.
public enum MetadataFragments {
  /// Rises whenever the same document gives other fragments: those stored under a lower one are made again.
  public static let version = 1

  /// How the first element of the Extended fragment is called (A-12, WUSP-158).
  public enum ExtendedName: Hashable, Sendable {
    /// `ExtendedProperties`, as from real servers.
    case observed
    /// `Properties`, as the specification reads.
    case specified

    var text: StaticString { self == .observed ? "ExtendedProperties" : "Properties" }
  }

  /// The most bytes of all fragments of a document: escaping and renaming can make them longer than it.
  static let byteLimit = MetadataText.byteLimit / 2 * 3

  /// Derives all fragments of one document in UTF-8 or UTF-16, in one pass.
  ///
  /// Besides the document it needs little more than the fragments themselves. White space between elements,
  /// comments and processing instructions are left out; all other text stays (WUSP-167). Attributes that state their
  /// default go, as on real servers.
  ///
  /// - Throws: ``WireError`` for what is no metadata document, and above ``MetadataText/byteLimit``.
  public static func derive(
    from document: [UInt8], extendedName: ExtendedName = .observed
  ) throws(WireError) -> DerivedFragments {
    try derive(from: document, extendedName: extendedName, byteLimit: byteLimit)
  }

  static func derive(
    from document: [UInt8], extendedName: ExtendedName = .observed, byteLimit: Int
  ) throws(WireError) -> DerivedFragments {
    let text = try MetadataText.decode(document)
    let reader = FragmentReader(extendedName: extendedName.text, expectedBytes: text.count, byteLimit: byteLimit)
    let parser = XMLPushParser(limits: MetadataLimits.xml, handler: reader, refusesInstructions: false)
    try parser.push(text)
    try parser.finish()
    return reader.result()
  }
}
