import UpdateModel

/// Collects what a document has for each language: texts and EULAs.
struct LocalizedFragments {
  private enum Kind {
    case properties(language: String?)
    /// nil when the element names no language: nobody can ask for it.
    case eula(language: String?, geoID: String?, file: ContentFileDraft?)
  }

  /// `Properties/@EulaID`, which may stand behind the EULAs.
  var eulaID: GUID?
  private(set) var localized: [DerivedFragments.Localized] = []
  private var foundEULAs: [DerivedFragments.EULA] = []
  private var kind: Kind?
  private var recorder = FragmentRecorder(renames: false)
  private var depth = 0
  private var text: [UInt8]?
  private var finishedBytes = 0

  var byteCount: Int { finishedBytes + recorder.bytes.count }

  var eulas: [DerivedFragments.EULA] {
    foundEULAs.map { found in
      var eula = found
      eula.eulaID = eulaID
      return eula
    }
  }

  mutating func startProperties(_ tag: XMLStartTag) {
    begin(.properties(language: nil))
    recorder.start(tag)
  }

  mutating func startEULA(_ tag: XMLStartTag) {
    let attributes = MetadataAttributes(tag)
    let geoID = attributes.text("GeoId").flatMap { $0.isEmpty ? nil : $0 }
    begin(.eula(language: attributes.text("Language"), geoID: geoID, file: Self.draft(attributes)))
    recorder.start(tag)
  }

  private mutating func begin(_ kind: Kind) {
    self.kind = kind
    recorder = FragmentRecorder(renames: false)
    depth = 0
  }

  /// An element inside.
  mutating func start(_ tag: XMLStartTag) throws(WireError) {
    depth += 1
    recorder.start(tag)
    guard depth == 1 else { return }
    switch kind {
    case .properties where tag.isNamed("Language"): text = []
    case .eula(let language, let geoID, var file?) where tag.isNamed("AdditionalDigest"):
      do throws(WireError) { try file.open(digest: MetadataAttributes(tag)) } catch {
        kind = .eula(language: language, geoID: geoID, file: nil)
        return
      }
      kind = .eula(language: language, geoID: geoID, file: file)
      text = []
    default: break
    }
  }

  mutating func text(_ bytes: UnsafeBufferPointer<UInt8>) {
    recorder.text(bytes)
    if depth == 1 { text?.append(contentsOf: bytes) }
  }

  /// - Parameter isWhole: it is the end of the outermost element.
  mutating func end(isWhole: Bool) throws(WireError) {
    recorder.end()
    if depth == 1, let text { endText(String(decoding: text, as: UTF8.self)) }
    guard isWhole else {
      depth -= 1
      return
    }
    let bytes = recorder.bytes
    finishedBytes += bytes.count
    recorder = FragmentRecorder(renames: false)
    switch kind {
    case .properties(let language): try add(language, bytes)
    case .eula(let language, let geoID, let file): try addEULA(language, geoID, file?.value(), bytes)
    case nil: return
    }
    kind = nil
  }

  private mutating func endText(_ text: String) {
    self.text = nil
    switch kind {
    case .properties: kind = .properties(language: text)
    case .eula(let language, let geoID, var file?):
      do throws(WireError) { try file.close(digest: text) } catch {
        kind = .eula(language: language, geoID: geoID, file: nil)
        return
      }
      kind = .eula(language: language, geoID: geoID, file: file)
    default: return
    }
  }

  private mutating func add(_ language: String?, _ bytes: [UInt8]) throws(WireError) {
    guard let language else {
      throw .missingElement(WireLocation(element: "LocalizedProperties"), expected: "Language")
    }
    guard !localized.contains(where: { $0.language.lowercased() == language.lowercased() }) else { return }
    localized.append(DerivedFragments.Localized(language: language, bytes: bytes))
    try checkCount(localized.count, of: "LocalizedProperties")
  }

  private mutating func addEULA(
    _ language: String?, _ geoID: String?, _ file: ContentFile?, _ bytes: [UInt8]
  ) throws(WireError) {
    let isKnown = foundEULAs.contains {
      $0.language.lowercased() == language?.lowercased() && $0.geoID?.lowercased() == geoID?.lowercased()
    }
    guard let language, !isKnown else { return }
    foundEULAs.append(
      DerivedFragments.EULA(language: language, geoID: geoID, eulaID: nil, bytes: bytes, file: file))
    try checkCount(foundEULAs.count, of: "EulaFile")
  }

  private func checkCount(_ count: Int, of element: String) throws(WireError) {
    guard count <= MetadataLimits.localized else {
      throw .limitExceeded(WireLocation(element: element), limit: .items, maximum: MetadataLimits.localized)
    }
  }

  private static func draft(_ attributes: MetadataAttributes) -> ContentFileDraft? {
    do throws(WireError) { return try ContentFileDraft(attributes) } catch { return nil }
  }
}
