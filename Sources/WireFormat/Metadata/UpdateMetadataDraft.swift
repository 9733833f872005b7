import UpdateModel

/// Metadata under construction.
struct UpdateMetadataDraft {
  private var fields = UpdateMetadata(identity: UpdateIdentity(updateID: .zero, revisionNumber: 0), kind: .software)
  private var identity: UpdateIdentity?
  private var updateType: String?
  private var categoryType: String?
  private var localized = LocalizedPropertiesDraft()
  private var file: ContentFileDraft?
  private var members: [GUID] = []
  private var memberIdentities: [UpdateIdentity] = []
  private var isCategoryClause = false
  /// Identities named in all relations.
  private var relations = 0

  /// Takes a start tag.
  mutating func open(_ place: UpdateDocumentReader.Place, _ tag: XMLStartTag) throws(WireError) {
    let attributes = MetadataAttributes(tag)
    switch place {
    case .identity: try readIdentity(attributes)
    case .properties: try readProperties(attributes)
    case .securedFragment: attributes.forEachValue { readSecuredFragment($0) }
    case .localized: localized = LocalizedPropertiesDraft()
    case .prerequisite, .prerequisiteMember, .bundledUpdate, .bundleMember, .supersededUpdate:
      try readRelation(place, attributes)
    case .prerequisiteClause:
      members = []
      isCategoryClause = try attributes.boolean("IsCategory") ?? false
    case .bundleClause: memberIdentities = []
    case .file: file = try ContentFileDraft(attributes)
    case .additionalDigest: try file?.open(digest: attributes)
    case .handlerData, .categoryInformation: categoryType = categoryType ?? attributes.text("CategoryType")
    default: break
    }
  }

  /// Takes the text of an element that has just ended.
  mutating func read(_ text: String, at place: UpdateDocumentReader.Place) throws(WireError) {
    switch place {
    case .propertyLanguage: try append(text, to: \.languages, limit: MetadataLimits.languages)
    case .kbArticle: try append(text, to: \.kbArticles, limit: MetadataLimits.references)
    case .bulletin: try append(text, to: \.securityBulletins, limit: MetadataLimits.references)
    case .propertySupportURL: fields.supportURL = fields.supportURL ?? text
    case .securedFragment: readSecuredFragment(text)
    case .additionalDigest: try file?.close(digest: text)
    default: try localized.read(text, at: place)
    }
  }

  /// Takes an end tag.
  mutating func close(_ place: UpdateDocumentReader.Place) throws(WireError) {
    switch place {
    case .localized: try append(try localized.value(), to: \.localized, limit: MetadataLimits.localized)
    case .prerequisiteClause:
      let clause = PrerequisiteClause(updateIDs: members, isCategory: isCategoryClause)
      try append(clause, to: \.prerequisites, limit: MetadataLimits.relations)
    case .bundleClause:
      try append(BundleClause(identities: memberIdentities), to: \.bundledUpdates, limit: MetadataLimits.relations)
    case .file:
      if let file { try append(file.value(), to: \.files, limit: MetadataLimits.files) }
    default: break
    }
  }

  /// The finished value, when everything mandatory was there.
  func metadata() throws(WireError) -> UpdateMetadata {
    guard let identity else { throw .missingElement(WireLocation(element: "Update"), expected: "UpdateIdentity") }
    guard let updateType else {
      throw .missingElement(WireLocation(element: "Properties"), expected: "attribute UpdateType")
    }
    var metadata = fields
    metadata.identity = identity
    metadata.kind =
      switch updateType {
      case "Detectoid": .detectoid
      case "Category": .category(CategoryType(categoryType ?? ""))
      case "Software": .software
      case "Driver": .driver
      default: .other(updateType)
      }
    return metadata
  }
}

// MARK: - Parts

extension UpdateMetadataDraft {
  private mutating func readIdentity(_ attributes: MetadataAttributes) throws(WireError) {
    guard identity == nil else {
      throw .unexpectedElement(WireLocation(), expected: "one UpdateIdentity of the update", found: "another")
    }
    identity = try attributes.identity()
  }

  private mutating func readProperties(_ attributes: MetadataAttributes) throws(WireError) {
    updateType = updateType ?? attributes.text("UpdateType")
    fields.defaultLanguage = fields.defaultLanguage ?? attributes.text("DefaultPropertiesLanguage")
    fields.handler = fields.handler ?? attributes.text("Handler")
    fields.publicationState = fields.publicationState ?? attributes.text("PublicationState")
    fields.msrcSeverity = fields.msrcSeverity ?? attributes.text("MsrcSeverity")
    fields.creationDate = fields.creationDate ?? attributes.text("CreationDate").flatMap { Timestamp($0) }
    fields.compatibleProtocolVersion =
      fields.compatibleProtocolVersion
      ?? attributes.text("CompatibleProtocolVersion").flatMap { ProtocolVersion($0) }
    if let size = try attributes.byteCount("MaxDownloadSize") { fields.maxDownloadSize = size }
    if attributes.text("EulaID") != nil { fields.eulaID = try attributes.guid("EulaID") }
    if let flag = try attributes.boolean("ExplicitlyDeployable") { fields.isExplicitlyDeployable = flag }
    if let flag = try attributes.boolean("IsMandatory") { fields.isMandatory = flag }
    if let flag = try attributes.boolean("IsPublic") { fields.isPublic = flag }
    if let fragments = attributes.text("SecuredFragment") { readSecuredFragment(fragments) }
  }

  /// One or more words in any letter case, as text or as an attribute (AMB-21, SSS-179, SSS-181).
  private mutating func readSecuredFragment(_ text: String) {
    for word in text.lowercased().split(whereSeparator: { $0.isWhitespace || $0 == "," || $0 == ";" }) {
      if word == "fileurl" { fields.isSecure = true }
      if word == "filedecryption" { fields.needsDecryptionKeys = true }
    }
  }

  private mutating func readRelation(
    _ place: UpdateDocumentReader.Place, _ attributes: MetadataAttributes
  ) throws(WireError) {
    relations += 1
    guard relations <= MetadataLimits.relations else {
      throw .limitExceeded(WireLocation(), limit: .items, maximum: MetadataLimits.relations)
    }
    switch place {
    case .prerequisite: fields.prerequisites.append(PrerequisiteClause(updateIDs: [try attributes.guid("UpdateID")]))
    case .prerequisiteMember: members.append(try attributes.guid("UpdateID"))
    case .bundledUpdate: fields.bundledUpdates.append(BundleClause(identities: [try attributes.identity()]))
    case .bundleMember: memberIdentities.append(try attributes.identity())
    default: fields.supersededUpdates.append(try attributes.guid("UpdateID"))
    }
  }

  private mutating func append<Item>(
    _ item: Item, to list: WritableKeyPath<UpdateMetadata, [Item]>, limit: Int
  ) throws(WireError) {
    guard fields[keyPath: list].count < limit else {
      throw .limitExceeded(WireLocation(), limit: .items, maximum: limit)
    }
    fields[keyPath: list].append(item)
  }
}
