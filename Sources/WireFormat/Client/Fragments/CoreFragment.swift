public import UpdateModel

/// What a client reads from a Core fragment: identity, kind, relations and rules (MS-WUSP 3.1.1.1).
public struct CoreFragment: Hashable, Sendable {
  /// As far as Core tells it.
  public let metadata: UpdateMetadata
  public let isInstalled: ApplicabilityRule?
  public let isInstallable: ApplicabilityRule?

  /// Reads the elements that follow each other in a fragment, in one pass. A fragment may have tens of megabytes; what
  /// is made of it is bounded.
  public static func parse(_ fragment: [UInt8]) throws(WireError) -> CoreFragment {
    let reader = CoreFragmentReader()
    try UpdateFragments.parse([Array("<Update>".utf8), fragment, Array("</Update>".utf8)], with: reader)
    return CoreFragment(
      metadata: try reader.document.result(), isInstalled: reader.rules.isInstalled,
      isInstallable: reader.rules.isInstallable)
  }
}

/// What a client reads from the other fragments of a revision.
public enum UpdateFragments {
  /// Titles, files and numbers from Extended and LocalizedProperties fragments of one revision, in any order.
  public static func metadata(
    of identity: UpdateIdentity, fragments: [[UInt8]]
  ) throws(WireError) -> UpdateMetadata {
    let front = """
      <Update><UpdateIdentity UpdateID="\(identity.updateID)" RevisionNumber="\(identity.revisionNumber)"/>\
      <Properties UpdateType="Software"/>
      """
    let isLocalized = { (fragment: [UInt8]) in fragment.starts(with: "<LocalizedProperties".utf8) }
    let reader = UpdateDocumentReader()
    try parse(
      [Array(front.utf8)] + fragments.filter { !isLocalized($0) } + [Array("<LocalizedPropertiesCollection>".utf8)]
        + fragments.filter(isLocalized) + [Array("</LocalizedPropertiesCollection></Update>".utf8)], with: reader)
    return try reader.result()
  }

  static func parse(_ pieces: [[UInt8]], with handler: any XMLHandler) throws(WireError) {
    let parser = XMLPushParser(limits: MetadataLimits.xml, handler: handler)
    for piece in pieces { try parser.push(piece) }
    try parser.finish()
  }
}

/// Shows a fragment to two readers at once.
private final class CoreFragmentReader: XMLHandler {
  let document = UpdateDocumentReader()
  let rules = ApplicabilityRulesReader()

  func start(_ tag: XMLStartTag) throws(WireError) {
    try document.start(tag)
    try rules.start(tag)
  }

  func text(_ bytes: UnsafeBufferPointer<UInt8>) throws(WireError) {
    try document.text(bytes)
    try rules.text(bytes)
  }

  func end() throws(WireError) {
    try document.end()
    try rules.end()
  }
}
