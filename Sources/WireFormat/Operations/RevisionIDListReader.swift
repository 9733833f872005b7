import UpdateModel

/// Decodes the identities of a listing as they pass, without a tree (SSS-145).
final class RevisionIDListReader: ResponseReader {
  private enum Place {
    case response, result, anchor, revisions, identity, updateID, revisionNumber, ignored
  }

  private var open: [Place] = []
  private var text: [UInt8] = []
  private var hasResult = false
  private var anchor: String?
  private var identities: [UpdateIdentity] = []
  private var updateID: GUID?
  private var revisionNumber: Int32?

  func start(_ tag: XMLStartTag) throws(WireError) {
    text.removeAll(keepingCapacity: true)
    guard let parent = open.last else {
      open.append(.response)
      return
    }
    let place = place(of: tag, in: parent)
    if place == .identity {
      updateID = nil
      revisionNumber = nil
    }
    if place == .result { hasResult = true }
    open.append(place)
  }

  private func place(of tag: XMLStartTag, in parent: Place) -> Place {
    if tag.attributeCount > 0, tag.isNil { return .ignored }
    switch parent {
    case .identity where tag.isNamed("UpdateID"): return .updateID
    case .identity where tag.isNamed("RevisionNumber"): return .revisionNumber
    case .revisions where tag.isNamed("UpdateIdentity"): return .identity
    case .result where tag.isNamed("NewRevisions"): return .revisions
    case .result where tag.isNamed("Anchor"): return .anchor
    case .response where tag.isNamed("GetRevisionIdListResult"): return .result
    default: return .ignored
    }
  }

  func text(_ bytes: UnsafeBufferPointer<UInt8>) throws(WireError) {
    switch open.last {
    case .anchor, .updateID, .revisionNumber: text.append(contentsOf: bytes)
    default: return
    }
  }

  func end() throws(WireError) {
    switch open.popLast() {
    case .updateID: updateID = try value("UpdateID", "a GUID", WireText.guid)
    case .revisionNumber: revisionNumber = try value("RevisionNumber", "a 32-bit integer", WireText.int32)
    case .identity: try takeIdentity()
    case .anchor: anchor = String(decoding: text, as: UTF8.self)
    default: return
    }
  }

  private func takeIdentity() throws(WireError) {
    guard let updateID else { throw .missingElement(WireLocation(element: "UpdateIdentity"), expected: "UpdateID") }
    guard let revisionNumber else {
      throw .missingElement(WireLocation(element: "UpdateIdentity"), expected: "RevisionNumber")
    }
    identities.append(UpdateIdentity(updateID: updateID, revisionNumber: revisionNumber))
  }

  private func value<Value>(
    _ name: String, _ expected: String, _ parse: ([UInt8]) -> Value?
  ) throws(WireError) -> Value {
    if let value = parse(text) { return value }
    let found = WireError.excerpt(String(decoding: text, as: UTF8.self))
    throw .invalidValue(WireLocation(element: name), expected: expected, found: "\"\(found)\"")
  }

  func finish() throws(WireError) -> RevisionIDList {
    guard hasResult else {
      throw .missingElement(WireLocation(element: "GetRevisionIdListResponse"), expected: "GetRevisionIdListResult")
    }
    guard let anchor else {
      throw .missingElement(WireLocation(element: "GetRevisionIdListResult"), expected: "Anchor")
    }
    return RevisionIDList(anchor: SyncAnchor(anchor), identities: identities)
  }
}
