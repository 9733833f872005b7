public import UpdateModel

/// Writes metadata documents in the form of real ones: for the generator and for tests.
///
/// Received documents are never written again: they are kept byte for byte (SSS-171).
public enum UpdateDocumentWriter {
  /// What a document holds besides ``UpdateMetadata``; each piece is markup that uses only the
  /// prefixes `upd`, `pub`, `bar`, `lar` and `cmd`.
  public struct Markup: Sendable {
    /// The inside of `ApplicabilityRules`.
    public var rules: [UInt8]?
    /// A whole `HandlerSpecificData`; categories get theirs from their type.
    public var handlerData: [UInt8]?
    public var publisherID: GUID?

    public init(rules: [UInt8]? = nil, handlerData: [UInt8]? = nil, publisherID: GUID? = nil) {
      self.rules = rules
      self.handlerData = handlerData
      self.publisherID = publisherID
    }
  }

  /// A document in UTF-8 without declaration, which ``UpdateMetadataParser`` reads back as `metadata`.
  public static func write(_ metadata: UpdateMetadata, markup: Markup = Markup()) -> [UInt8] {
    var writer = XMLWriter(reservingCapacity: 4_096 + (markup.rules?.count ?? 0))
    openRoot(&writer)
    writer.start("upd:UpdateIdentity")
    writer.attribute("UpdateID", "\(metadata.identity.updateID)")
    writer.attribute("RevisionNumber", "\(metadata.identity.revisionNumber)")
    writer.end()
    PropertiesWriter(metadata: metadata, publisherID: markup.publisherID).write(to: &writer)
    writeLocalized(metadata.localized, to: &writer)
    RelationshipsWriter(metadata: metadata).write(to: &writer)
    if let rules = markup.rules {
      writer.start("upd:ApplicabilityRules")
      writer.raw(rules)
      writer.end()
    }
    writeFiles(metadata.files, to: &writer)
    writeHandlerData(metadata.kind, markup.handlerData, to: &writer)
    writer.end()
    return writer.take()
  }

  private static func openRoot(_ writer: inout XMLWriter) {
    writer.start("upd:Update")
    writer.attribute("xmlns:pub", "http://schemas.microsoft.com/msus/2002/12/Publishing")
    writer.attribute("xmlns:bar", "http://schemas.microsoft.com/msus/2002/12/BaseApplicabilityRules")
    writer.attribute("xmlns:lar", "http://schemas.microsoft.com/msus/2002/12/LogicalApplicabilityRules")
    writer.attribute(
      "xmlns:cmd", "http://schemas.microsoft.com/msus/2002/12/UpdateHandlers/CommandLineInstallation")
    writer.attribute("xmlns:upd", "http://schemas.microsoft.com/msus/2002/12/Update")
  }

  private static func writeLocalized(_ blocks: [LocalizedProperties], to writer: inout XMLWriter) {
    guard !blocks.isEmpty else { return }
    writer.start("upd:LocalizedPropertiesCollection")
    for block in blocks {
      writer.start("upd:LocalizedProperties")
      writer.element("upd:Language", block.language)
      writer.element("upd:Title", block.title)
      if let text = block.description { writer.element("upd:Description", text) }
      if let text = block.uninstallNotes { writer.element("upd:UninstallNotes", text) }
      for url in block.moreInfoURLs { writer.element("upd:MoreInfoUrl", url) }
      if let url = block.supportURL { writer.element("upd:SupportUrl", url) }
      writer.end()
    }
    writer.end()
  }

  private static func writeFiles(_ files: [ContentFile], to writer: inout XMLWriter) {
    guard !files.isEmpty else { return }
    writer.start("upd:Files")
    for file in files { writeFile(file, to: &writer) }
    writer.end()
  }

  private static func writeFile(_ file: ContentFile, to writer: inout XMLWriter) {
    writer.start("upd:File")
    writer.attribute("Digest", String(decoding: Base64.encode(file.digest.bytes), as: UTF8.self))
    writer.attribute("DigestAlgorithm", "SHA1")
    writer.attribute("FileName", file.fileName)
    if let size = file.size { writer.attribute("Size", "\(size)") }
    if let modified = file.modified { writer.attribute("Modified", "\(modified)") }
    if let type = file.patchingType { writer.attribute("PatchingType", type.text) }
    if file.isEncrypted { writer.attribute("IsEncrypted", "true") }
    for digest in file.additionalDigests {
      writer.start("upd:AdditionalDigest")
      writer.attribute("Algorithm", digest.algorithm)
      writer.base64(digest.bytes)
      writer.end()
    }
    writer.end()
  }

  private static func writeHandlerData(_ kind: UpdateKind, _ markup: [UInt8]?, to writer: inout XMLWriter) {
    guard case .category(let type) = kind else {
      if let markup { writer.raw(markup) }
      return
    }
    writer.start("upd:HandlerSpecificData")
    writer.attribute("xsi:type", "cat:Category")
    writer.attribute("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance")
    writer.attribute("xmlns:cat", "http://schemas.microsoft.com/msus/2002/12/UpdateHandlers/Category")
    writer.start("cat:CategoryInformation")
    writer.attribute("CategoryType", type.text)
    writer.end()
    writer.end()
  }
}
