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
    for child in Self.children(of: parent) where tag.isNamed(child.name) { return child.place }
    return nil
  }

  private typealias Child = (name: StaticString, place: Place)

  private static func children(of parent: Place) -> [Child] {
    switch parent {
    case .update: updateChildren
    case .properties, .securedFragments: propertiesChildren
    case .localizedCollection: collectionChildren
    case .localized: localizedChildren
    case .relationships: relationshipsChildren
    case .prerequisites: prerequisitesChildren
    case .bundled: bundledChildren
    case .prerequisiteClause: prerequisiteMembers
    case .bundleClause: bundleMembers
    case .superseded: supersededMembers
    case .files: filesChildren
    case .file: fileChildren
    case .handlerData: handlerChildren
    default: []
    }
  }

  private static let updateChildren: [Child] = [
    ("UpdateIdentity", .identity), ("Properties", .properties), ("Property", .properties),
    ("LocalizedPropertiesCollection", .localizedCollection), ("Relationships", .relationships), ("Files", .files),
    ("HandlerSpecificData", .handlerData),
  ]
  private static let propertiesChildren: [Child] = [
    ("Language", .propertyLanguage), ("KBArticleID", .kbArticle), ("SecurityBulletinID", .bulletin),
    ("SupportUrl", .propertySupportURL), ("SecuredFragment", .securedFragment),
    ("SecuredFragments", .securedFragments),
  ]
  private static let collectionChildren: [Child] = [("LocalizedProperties", .localized)]
  private static let localizedChildren: [Child] = [
    ("Language", .language), ("Title", .title), ("Description", .summary), ("UninstallNotes", .uninstallNotes),
    ("MoreInfoUrl", .moreInfoURL), ("SupportUrl", .supportURL),
  ]
  private static let relationshipsChildren: [Child] = [
    ("Prerequisites", .prerequisites), ("BundledUpdates", .bundled), ("SupersededUpdates", .superseded),
  ]
  private static let prerequisitesChildren: [Child] = [
    ("UpdateIdentity", .prerequisite), ("AtLeastOne", .prerequisiteClause),
  ]
  private static let bundledChildren: [Child] = [("UpdateIdentity", .bundledUpdate), ("AtLeastOne", .bundleClause)]
  private static let prerequisiteMembers: [Child] = [("UpdateIdentity", .prerequisiteMember)]
  private static let bundleMembers: [Child] = [("UpdateIdentity", .bundleMember)]
  private static let supersededMembers: [Child] = [("UpdateIdentity", .supersededUpdate)]
  private static let filesChildren: [Child] = [("File", .file)]
  private static let fileChildren: [Child] = [("AdditionalDigest", .additionalDigest)]
  private static let handlerChildren: [Child] = [
    ("CategoryInformation", .categoryInformation), ("Category", .handlerData),
  ]
}
