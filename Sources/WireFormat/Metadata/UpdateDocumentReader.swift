import UpdateModel

/// Collects ``UpdateMetadata`` while a document passes.
///
/// A place says where in the document the parser is. Elements without a place are skipped
/// with all they contain, by counting depth only: rules can have 47 MB.
final class UpdateDocumentReader: XMLHandler {
  enum Place {
    case update, identity
    case properties, propertyLanguage, kbArticle, bulletin, propertySupportURL, securedFragment, securedFragments
    case localizedCollection, localized, language, title, summary, uninstallNotes, moreInfoURL, supportURL
    case relationships, prerequisites, prerequisite, prerequisiteClause, prerequisiteMember
    case bundled, bundledUpdate, bundleClause, bundleMember, superseded, supersededUpdate
    case files, file, additionalDigest
    case handlerData, categoryInformation
  }

  var draft = UpdateMetadataDraft()
  private var places: [Place] = []
  private var skipped = 0
  private var text: [UInt8] = []
  private var keepsText = false

  func result() throws(WireError) -> UpdateMetadata { try draft.metadata() }

  func start(_ tag: XMLStartTag) throws(WireError) {
    if skipped > 0 {
      skipped += 1
      return
    }
    guard let place = try place(of: tag) else {
      skipped = 1
      return
    }
    places.append(place)
    keepsText = Self.hasText(place)
    if keepsText { text.removeAll(keepingCapacity: true) }
    try draft.open(place, tag)
  }

  func text(_ bytes: UnsafeBufferPointer<UInt8>) throws(WireError) {
    guard keepsText, skipped == 0 else { return }
    text.append(contentsOf: bytes)
  }

  func end() throws(WireError) {
    if skipped > 0 {
      skipped -= 1
      return
    }
    guard let place = places.popLast() else { return }
    if Self.hasText(place) {
      try draft.read(String(decoding: text, as: UTF8.self), at: place)
      text.removeAll(keepingCapacity: true)
    }
    keepsText = false
    try draft.close(place)
  }

  private static func hasText(_ place: Place) -> Bool {
    switch place {
    case .propertyLanguage, .kbArticle, .bulletin, .propertySupportURL, .securedFragment, .language, .title,
      .summary, .uninstallNotes, .moreInfoURL, .supportURL, .additionalDigest:
      true
    default: false
    }
  }

  /// - Returns: nil for what is skipped.
  private func place(of tag: XMLStartTag) throws(WireError) -> Place? {
    guard let parent = places.last else {
      guard tag.isNamed("Update") else {
        throw .unexpectedElement(WireLocation(), expected: "Update", found: WireError.excerpt(tag.name))
      }
      return .update
    }
    return Self.child(of: parent, tag)
  }

  private static func child(of parent: Place, _ tag: XMLStartTag) -> Place? {
    switch parent {
    case .update: partOfUpdate(tag)
    case .properties, .securedFragments: property(tag)
    case .localizedCollection: tag.isNamed("LocalizedProperties") ? .localized : nil
    case .localized: localizedText(tag)
    case .relationships: relationship(tag)
    case .prerequisites: clause(tag, one: .prerequisite, several: .prerequisiteClause)
    case .bundled: clause(tag, one: .bundledUpdate, several: .bundleClause)
    case .prerequisiteClause: tag.isNamed("UpdateIdentity") ? .prerequisiteMember : nil
    case .bundleClause: tag.isNamed("UpdateIdentity") ? .bundleMember : nil
    case .superseded: tag.isNamed("UpdateIdentity") ? .supersededUpdate : nil
    case .files: tag.isNamed("File") ? .file : nil
    case .file: tag.isNamed("AdditionalDigest") ? .additionalDigest : nil
    case .handlerData: partOfHandlerData(tag)
    default: nil
    }
  }

  private static func partOfUpdate(_ tag: XMLStartTag) -> Place? {
    if tag.isNamed("UpdateIdentity") { return .identity }
    if tag.isNamed("Properties") || tag.isNamed("Property") { return .properties }
    if tag.isNamed("LocalizedPropertiesCollection") { return .localizedCollection }
    if tag.isNamed("Relationships") { return .relationships }
    if tag.isNamed("Files") { return .files }
    return tag.isNamed("HandlerSpecificData") ? .handlerData : nil
  }

  private static func property(_ tag: XMLStartTag) -> Place? {
    if tag.isNamed("Language") { return .propertyLanguage }
    if tag.isNamed("KBArticleID") { return .kbArticle }
    if tag.isNamed("SecurityBulletinID") { return .bulletin }
    if tag.isNamed("SupportUrl") { return .propertySupportURL }
    if tag.isNamed("SecuredFragment") { return .securedFragment }
    return tag.isNamed("SecuredFragments") ? .securedFragments : nil
  }

  private static func localizedText(_ tag: XMLStartTag) -> Place? {
    if tag.isNamed("Language") { return .language }
    if tag.isNamed("Title") { return .title }
    if tag.isNamed("Description") { return .summary }
    if tag.isNamed("UninstallNotes") { return .uninstallNotes }
    if tag.isNamed("MoreInfoUrl") { return .moreInfoURL }
    return tag.isNamed("SupportUrl") ? .supportURL : nil
  }

  private static func relationship(_ tag: XMLStartTag) -> Place? {
    if tag.isNamed("Prerequisites") { return .prerequisites }
    if tag.isNamed("BundledUpdates") { return .bundled }
    return tag.isNamed("SupersededUpdates") ? .superseded : nil
  }

  private static func clause(_ tag: XMLStartTag, one: Place, several: Place) -> Place? {
    if tag.isNamed("UpdateIdentity") { return one }
    return tag.isNamed("AtLeastOne") ? several : nil
  }

  private static func partOfHandlerData(_ tag: XMLStartTag) -> Place? {
    if tag.isNamed("CategoryInformation") { return .categoryInformation }
    return tag.isNamed("Category") ? .handlerData : nil
  }
}
