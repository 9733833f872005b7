import UpdateModel

/// Turns the tags of `package.xml` into parts as they pass.
final class WindowsPackageDocument: XMLHandler {
  private enum Place {
    case package
    case languages, language
    case files, file
    case updates, update
    case updateFiles, categories, classifications
    /// An entry of one of the three lists.
    case entry
  }

  private let limits: WindowsPackageLimits
  private var parts: [WindowsPackagePart] = []
  private var places: [Place] = []
  private var skipped = 0
  private var update: PackagedUpdate?
  private var seen: Set<UpdateIdentity> = []
  private var files = 0
  private var languages = 0
  private var hasUpdates = false

  init(limits: WindowsPackageLimits) { self.limits = limits }

  func take() -> [WindowsPackagePart] {
    var taken: [WindowsPackagePart] = []
    swap(&taken, &parts)
    return taken
  }

  func finish() throws(WireError) {
    guard hasUpdates else { throw .missingElement(WireLocation(element: "ExportPackage"), expected: "Updates") }
  }

  func start(_ tag: XMLStartTag) throws(WireError) {
    guard skipped == 0, let place = try place(of: tag) else {
      skipped += 1
      return
    }
    let attributes = MetadataAttributes(tag)
    switch place {
    case .package: parts.append(.header(try attributes.packageHeader()))
    case .language:
      try count(&languages, limits.languages)
      parts.append(.language(try attributes.language()))
    case .file:
      try count(&files, limits.files)
      parts.append(.file(try attributes.packagedFile()))
    case .updates: hasUpdates = true
    case .update: update = PackagedUpdate(identity: try newIdentity(attributes))
    case .entry: try readEntry(attributes)
    default: break
    }
    places.append(place)
  }

  func text(_ bytes: UnsafeBufferPointer<UInt8>) throws(WireError) {
    guard skipped == 0, !bytes.allSatisfy({ ASCII.isSpace($0) }) else { return }
    throw .unexpectedElement(WireLocation(), expected: "elements and attributes only", found: "text")
  }

  func end() throws(WireError) {
    if skipped > 0 {
      skipped -= 1
    } else if places.popLast() == .update, let update {
      parts.append(.update(update))
      self.update = nil
    }
  }

  /// - Returns: nil for what is skipped.
  private func place(of tag: XMLStartTag) throws(WireError) -> Place? {
    switch places.last {
    case nil:
      guard tag.isNamed("ExportPackage") else {
        throw .unexpectedElement(WireLocation(), expected: "ExportPackage", found: WireError.excerpt(tag.name))
      }
      return .package
    case .package: return Self.section(tag)
    case .languages: return tag.isNamed("Language") ? .language : nil
    case .files: return tag.isNamed("File") ? .file : nil
    case .updates: return tag.isNamed("Update") ? .update : nil
    case .update: return Self.list(tag)
    case .updateFiles: return tag.isNamed("File") ? .entry : nil
    case .categories: return tag.isNamed("Category") ? .entry : nil
    case .classifications: return tag.isNamed("Classification") ? .entry : nil
    case .language, .file, .entry: return nil
    }
  }

  private static func section(_ tag: XMLStartTag) -> Place? {
    if tag.isNamed("Languages") { return .languages }
    if tag.isNamed("Files") { return .files }
    return tag.isNamed("Updates") ? .updates : nil
  }

  private static func list(_ tag: XMLStartTag) -> Place? {
    if tag.isNamed("Files") { return .updateFiles }
    if tag.isNamed("Categories") { return .categories }
    return tag.isNamed("Classifications") ? .classifications : nil
  }

  private func newIdentity(_ attributes: MetadataAttributes) throws(WireError) -> UpdateIdentity {
    let identity = try attributes.packagedIdentity()
    guard seen.count < limits.updates else {
      throw .limitExceeded(WireLocation(), limit: .items, maximum: limits.updates)
    }
    guard seen.insert(identity).inserted else {
      throw .invalidValue(WireLocation(), expected: "each update once", found: "\(identity) again")
    }
    return identity
  }

  private func readEntry(_ attributes: MetadataAttributes) throws(WireError) {
    switch places.last {
    case .updateFiles: try append(try attributes.fileDigest(), to: \.files)
    case .categories: try append(try attributes.guid("Value"), to: \.categories)
    default: try append(try attributes.guid("Value"), to: \.classifications)
    }
  }

  private func append<Item>(
    _ item: Item, to list: WritableKeyPath<PackagedUpdate, [Item]>
  ) throws(WireError) {
    guard var current = update else { return }
    update = nil
    guard current[keyPath: list].count < limits.perUpdate else {
      throw .limitExceeded(WireLocation(), limit: .items, maximum: limits.perUpdate)
    }
    current[keyPath: list].append(item)
    update = current
  }

  private func count(_ counter: inout Int, _ limit: Int) throws(WireError) {
    guard counter < limit else { throw .limitExceeded(WireLocation(), limit: .items, maximum: limit) }
    counter += 1
  }
}
