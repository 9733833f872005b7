import UpdateModel

/// Decodes the records of a GetUpdateData answer as they pass, without a tree.
final class UpdateDataReader: ResponseReader {
  private enum Place {
    case response, result, updates, locations, ignored
    case update, id, updateID, revisionNumber, blob, markup, cabinet, digests, digest
    case location, locationDigest, muURL, decryptionKey

    var isLeaf: Bool {
      switch self {
      case .updateID, .revisionNumber, .blob, .cabinet, .digest, .locationDigest, .muURL, .decryptionKey: true
      default: false
      }
    }
  }

  /// A record of either array that is not complete yet.
  private struct Draft {
    var updateID: GUID?
    var revisionNumber: Int32?
    var plain: [UInt8]?
    var cabinet: [UInt8]?
    var digests: [FileDigest] = []
    var muURL: String?
    var decryptionKey: [UInt8]?
  }

  private var open: [Place] = []
  private var text: [UInt8] = []
  private var markup: MarkupRecorder?
  private var scope = NamespaceScope()
  private var hasResult = false
  private var draft = Draft()
  private var response = GetUpdateData.Response(updates: [], locations: [])

  func enclose(in tag: XMLStartTag) { scope.enter(tag) }

  func start(_ tag: XMLStartTag) throws(WireError) {
    scope.enter(tag)
    guard let parent = open.last else {
      open.append(.response)
      return
    }
    let place = place(of: tag, in: parent)
    if place.isLeaf { text.removeAll(keepingCapacity: true) }
    switch place {
    case .result: hasResult = true
    case .update, .location: draft = Draft()
    case .markup: startMarkup(tag, isRoot: parent == .blob)
    default: break
    }
    open.append(place)
  }

  private func place(of tag: XMLStartTag, in parent: Place) -> Place {
    if parent == .blob || parent == .markup { return .markup }
    if tag.attributeCount > 0, tag.isNil { return .ignored }
    switch parent {
    case .response: return tag.isNamed("GetUpdateDataResult") ? .result : .ignored
    case .result where tag.isNamed("updates"): return .updates
    case .result where tag.isNamed("fileUrls"): return .locations
    case .updates: return tag.isNamed("ServerSyncUpdateData") ? .update : .ignored
    case .update: return placeInUpdate(tag)
    case .id where tag.isNamed("UpdateID"): return .updateID
    case .id where tag.isNamed("RevisionNumber"): return .revisionNumber
    case .digests: return tag.isNamed("base64Binary") ? .digest : .ignored
    case .locations: return tag.isNamed("ServerSyncUrlData") ? .location : .ignored
    case .location where tag.isNamed("FileDigest"): return .locationDigest
    case .location where tag.isNamed("MUUrl"): return .muURL
    case .location where tag.isNamed("DecryptionKey"): return .decryptionKey
    default: return .ignored
    }
  }

  private func placeInUpdate(_ tag: XMLStartTag) -> Place {
    if tag.isNamed("Id") { return .id }
    if tag.isNamed("XmlUpdateBlob") { return .blob }
    if tag.isNamed("XmlUpdateBlobCompressed") { return .cabinet }
    if tag.isNamed("FileDigestList") { return .digests }
    return .ignored
  }

  /// The document stands as markup instead of text (AMB-18, SSS-163).
  private func startMarkup(_ tag: XMLStartTag, isRoot: Bool) {
    if markup == nil { markup = MarkupRecorder() }
    markup?.start(tag, inherited: isRoot ? scope.bindings(besides: tag) : [])
  }

  func text(_ bytes: UnsafeBufferPointer<UInt8>) throws(WireError) {
    guard let place = open.last else { return }
    if place == .markup {
      markup?.text(bytes)
    } else if place.isLeaf {
      text.append(contentsOf: bytes)
    }
  }

  func end() throws(WireError) {
    scope.leave()
    switch open.popLast() {
    case .update: try takeUpdate()
    case .location: try takeLocation()
    case .markup: markup?.end()
    case .blob:
      draft.plain = markup.map { $0.bytes[...].copy } ?? nonEmptyText()
      markup = nil
    case .updateID: draft.updateID = try value("UpdateID", "a GUID", WireText.guid)
    case .revisionNumber: draft.revisionNumber = try value("RevisionNumber", "a 32-bit integer", WireText.int32)
    case .cabinet:
      let bytes = try base64("XmlUpdateBlobCompressed")
      draft.cabinet = bytes.isEmpty ? nil : bytes
    case .digest: draft.digests.append(try digest("FileDigestList"))
    case .locationDigest: draft.digests = [try digest("FileDigest")]
    case .muURL: draft.muURL = nonEmptyText().map { String(decoding: ASCII.trimmed($0), as: UTF8.self) }
    case .decryptionKey: draft.decryptionKey = try base64("DecryptionKey")
    default: return
    }
  }

  func finish() throws(WireError) -> GetUpdateData.Response {
    guard hasResult else {
      throw .missingElement(WireLocation(element: "GetUpdateDataResponse"), expected: "GetUpdateDataResult")
    }
    return response
  }
}

// MARK: - Records

extension UpdateDataReader {
  private func takeUpdate() throws(WireError) {
    let place = WireLocation(element: "ServerSyncUpdateData")
    guard let updateID = draft.updateID, let revisionNumber = draft.revisionNumber else {
      throw .missingElement(place, expected: "Id with UpdateID and RevisionNumber")
    }
    let blob: MetadataBlob
    if let plain = draft.plain {
      blob = .plain(plain)
    } else if let cabinet = draft.cabinet {
      blob = .cabinet(cabinet)
    } else {
      throw .missingElement(place, expected: "XmlUpdateBlob or XmlUpdateBlobCompressed")
    }
    response.updates.append(
      UpdateDocument(
        identity: UpdateIdentity(updateID: updateID, revisionNumber: revisionNumber), blob: blob,
        fileDigests: draft.digests))
  }

  /// `UssUrl` is ignored (SSS-158).
  private func takeLocation() throws(WireError) {
    guard let digest = draft.digests.first else {
      throw .missingElement(WireLocation(element: "ServerSyncUrlData"), expected: "FileDigest")
    }
    response.locations.append(
      FileLocation(digest: digest, muURL: draft.muURL, decryptionKey: draft.decryptionKey))
  }

  /// A copy of just the size: the buffer is larger, and stays for the next text.
  private func nonEmptyText() -> [UInt8]? {
    text.allSatisfy(ASCII.isSpace) ? nil : text[...].copy
  }

  private func value<Value>(
    _ name: String, _ expected: String, _ parse: ([UInt8]) -> Value?
  ) throws(WireError) -> Value {
    if let value = parse(text) { return value }
    let found = WireError.excerpt(String(decoding: text, as: UTF8.self))
    throw .invalidValue(WireLocation(element: name), expected: expected, found: "\"\(found)\"")
  }

  private func base64(_ name: String) throws(WireError) -> [UInt8] {
    if let bytes = Base64.decode(text) { return bytes }
    throw .invalidValue(WireLocation(element: name), expected: "Base64", found: "\(text.count) other characters")
  }

  private func digest(_ name: String) throws(WireError) -> FileDigest {
    let bytes = try base64(name)
    if let digest = FileDigest(bytes: bytes) { return digest }
    throw .invalidValue(
      WireLocation(element: name), expected: "a digest of 20 bytes", found: "\(bytes.count) bytes")
  }
}
