/// How many of each thing one metadata document may hold.
///
/// Far above the largest documents seen; a document beyond them is hostile or broken.
enum MetadataLimits {
  static let files = 20_000
  static let digestsPerFile = 16
  static let fileNameBytes = 1_024
  /// Clauses of the prerequisites, of the bundled updates, and superseded updates.
  static let relations = 100_000
  static let localized = 1_000
  static let languages = 1_000
  /// KB articles, bulletins, and links in one language.
  static let references = 1_000

  /// Rules can have tens of megabytes in short elements (guide 10).
  static let xml = XMLLimits(
    depth: 250, elements: 4_000_000, text: 16 << 20, attributes: 256, attributeBytes: 1 << 20, token: 2 << 20,
    total: MetadataText.byteLimit)
}
