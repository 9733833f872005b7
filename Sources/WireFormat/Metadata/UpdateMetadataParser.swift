public import UpdateModel

/// Reads update metadata (MS-WSUSSS 3.1.1.1): only the listed paths, by local name (AMB-19).
public enum UpdateMetadataParser {
  /// Reads one document in UTF-8 or UTF-16.
  ///
  /// Applicability rules and everything unknown are checked for well-formedness and skipped.
  /// Dates and protocol versions that cannot be read count as absent: they are for people.
  ///
  /// - Parameter expected: the identity under which the document came; another one inside is
  ///   refused (SSS-165).
  /// - Throws: ``WireError`` naming the element, with nothing read.
  public static func parse(
    _ document: [UInt8], expecting expected: UpdateIdentity? = nil
  ) throws(WireError) -> UpdateMetadata {
    let text = try MetadataText.decode(document)
    let reader = UpdateDocumentReader()
    let parser = XMLPushParser(limits: MetadataLimits.xml, handler: reader, refusesInstructions: false)
    try parser.push(text)
    try parser.finish()
    let metadata = try reader.result()
    guard let expected, expected != metadata.identity else { return metadata }
    throw .invalidValue(
      WireLocation(element: "UpdateIdentity"), expected: "\(expected)", found: "\(metadata.identity)")
  }
}
