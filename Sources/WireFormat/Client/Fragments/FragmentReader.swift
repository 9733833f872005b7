import UpdateModel

/// Sorts the elements of a metadata document into fragments as they pass.
final class FragmentReader: XMLHandler {
  /// An element that goes into a fragment with all it contains.
  private enum Part {
    /// Its place in Core; rules may describe drivers.
    case core(rank: Int, isRules: Bool)
    case properties
    /// Its place in Extended.
    case extended(rank: Int)
    case localized, eula
  }

  private let extendedName: StaticString
  private let byteLimit: Int
  private var core = FragmentAssembly(renames: true)
  private var extended = FragmentAssembly(renames: false)
  private var localized = LocalizedFragments()
  private var drivers = DriverRowReader()
  private var depth = 0
  private var isInCollection = false
  private var part: Part?
  private var depthOfPart = 0

  init(extendedName: StaticString, expectedBytes: Int, byteLimit: Int) {
    self.extendedName = extendedName
    self.byteLimit = byteLimit
    // Large documents are rules; growing by doubling would cost their size again.
    if expectedBytes > 1 << 20 { core.recorder.reserve(expectedBytes) }
  }

  func result() -> DerivedFragments {
    var fragments = DerivedFragments()
    fragments.core = core.assembled()
    fragments.extended = extended.assembled()
    fragments.localized = localized.localized
    fragments.eulas = localized.eulas
    fragments.drivers = drivers.rows
    return fragments
  }

  func start(_ tag: XMLStartTag) throws(WireError) {
    depth += 1
    if part != nil {
      try startInside(tag)
    } else if depth == 1 {
      guard tag.isNamed("Update") else {
        throw .unexpectedElement(WireLocation(), expected: "Update", found: WireError.excerpt(tag.name))
      }
    } else if depth == 2, tag.isNamed("LocalizedPropertiesCollection") {
      isInCollection = true
    } else {
      part = part(of: tag)
      depthOfPart = depth
      startPart(tag)
    }
    try checkSize()
  }

  func text(_ bytes: UnsafeBufferPointer<UInt8>) throws(WireError) {
    switch part {
    case .core(_, let isRules):
      core.recorder.text(bytes)
      if isRules { drivers.text(bytes) }
    case .properties, .extended: extended.recorder.text(bytes)
    case .localized, .eula: localized.text(bytes)
    case nil: return
    }
    try checkSize()
  }

  func end() throws(WireError) {
    defer { depth -= 1 }
    guard let part else {
      if depth == 2 { isInCollection = false }
      return
    }
    let isWhole = depth == depthOfPart
    if isWhole { self.part = nil }
    switch part {
    case .core(let rank, let isRules):
      core.recorder.end()
      if isRules { try drivers.end(depth: depth) }
      if isWhole { core.endPiece(rank: rank) }
    case .properties:
      extended.recorder.end()
      if isWhole { extended.endPiece(rank: 0) }
    case .extended(let rank):
      extended.recorder.end()
      if isWhole { extended.endPiece(rank: rank) }
    case .localized, .eula: try localized.end(isWhole: isWhole)
    }
  }

  /// - Returns: nil for what no client is sent.
  private func part(of tag: XMLStartTag) -> Part? {
    if isInCollection, depth == 3 {
      if tag.isNamed("LocalizedProperties") { return .localized }
      return tag.isNamed("EulaFile") ? .eula : nil
    }
    guard depth == 2 else { return nil }
    if tag.isNamed("UpdateIdentity") { return .core(rank: 0, isRules: false) }
    if tag.isNamed("Properties") || tag.isNamed("Property") { return .properties }
    if tag.isNamed("Relationships") { return .core(rank: 2, isRules: false) }
    if tag.isNamed("ApplicabilityRules") { return .core(rank: 3, isRules: true) }
    if tag.isNamed("Files") { return .extended(rank: 1) }
    return tag.isNamed("HandlerSpecificData") ? .extended(rank: 2) : nil
  }

  private func startPart(_ tag: XMLStartTag) {
    switch part {
    case .core: core.recorder.start(tag)
    case .properties:
      core.recorder.writeCoreProperties(tag)
      core.endPiece(rank: 1)
      extended.recorder.openExtendedProperties(tag, named: extendedName)
      localized.eulaID = MetadataAttributes(tag).text("EulaID").flatMap { GUID($0) }
    case .extended: extended.recorder.start(tag)
    case .localized: localized.startProperties(tag)
    case .eula: localized.startEULA(tag)
    case nil: return
    }
  }

  private func startInside(_ tag: XMLStartTag) throws(WireError) {
    switch part {
    case .core(_, let isRules):
      core.recorder.start(tag)
      if isRules { drivers.start(tag, depth: depth) }
    case .properties, .extended: extended.recorder.start(tag)
    case .localized, .eula: try localized.start(tag)
    case nil: return
    }
  }

  private func checkSize() throws(WireError) {
    guard core.count + extended.count + localized.byteCount <= byteLimit else {
      throw .limitExceeded(WireLocation(), limit: .total, maximum: byteLimit)
    }
  }
}
