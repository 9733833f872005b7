/// One fragment of a revision in an answer; a revision comes as often as it has fragments (WUSP-283).
public struct UpdateFragment: Hashable, Sendable {
  /// This server's own number of the revision.
  public let id: Int32
  /// UTF-8; not a document: several elements may follow each other.
  public let xml: [UInt8]

  public init(id: Int32, xml: [UInt8]) {
    self.id = id
    self.xml = xml
  }
}

extension XMLWriter {
  mutating func element(_ fragment: UpdateFragment) {
    start("Update")
    element("ID", fragment.id)
    element("Xml", fragment: fragment.xml)
    end()
  }
}

extension ElementReader {
  func updateFragments() throws(WireError) -> [UpdateFragment] {
    try array("Updates", of: "Update") { item throws(WireError) in
      UpdateFragment(id: try item.int32("ID"), xml: Array((try item.string("Xml") ?? "").utf8))
    }
  }
}
