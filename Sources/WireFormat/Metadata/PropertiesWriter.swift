import UpdateModel

/// Writes `Properties`; attributes with their default value are left out, as Windows does.
struct PropertiesWriter {
  let metadata: UpdateMetadata
  let publisherID: GUID?

  func write(to writer: inout XMLWriter) {
    writer.start("upd:Properties")
    writer.attribute("UpdateType", updateType)
    if let text = metadata.defaultLanguage { writer.attribute("DefaultPropertiesLanguage", text) }
    if let text = metadata.handler { writer.attribute("Handler", text) }
    if let size = metadata.maxDownloadSize {
      writer.attribute("MaxDownloadSize", "\(size)")
      writer.attribute("MinDownloadSize", "0")
    }
    if let text = metadata.publicationState { writer.attribute("PublicationState", text) }
    if let date = metadata.creationDate { writer.attribute("CreationDate", "\(date)") }
    if let publisherID { writer.attribute("PublisherID", "\(publisherID)") }
    writeFlags(to: &writer)
    if let text = metadata.msrcSeverity { writer.attribute("MsrcSeverity", text) }
    if let version = metadata.compatibleProtocolVersion {
      writer.attribute("CompatibleProtocolVersion", "\(version)")
    }
    if let eulaID = metadata.eulaID { writer.attribute("EulaID", "\(eulaID)") }
    writeChildren(to: &writer)
    writer.endPaired()
  }

  private var updateType: String {
    switch metadata.kind {
    case .detectoid: "Detectoid"
    case .category: "Category"
    case .software: "Software"
    case .driver: "Driver"
    case .other(let text): text
    }
  }

  private func writeFlags(to writer: inout XMLWriter) {
    if metadata.isExplicitlyDeployable { writer.attribute("ExplicitlyDeployable", "true") }
    if metadata.isMandatory { writer.attribute("IsMandatory", "true") }
    if !metadata.isPublic { writer.attribute("IsPublic", "false") }
  }

  private func writeChildren(to writer: inout XMLWriter) {
    if metadata.isSecure { writer.element("upd:SecuredFragment", "FileURL") }
    if metadata.needsDecryptionKeys { writer.element("upd:SecuredFragment", "FileDecryption") }
    if let url = metadata.supportURL { writer.element("upd:SupportUrl", url) }
    for bulletin in metadata.securityBulletins { writer.element("upd:SecurityBulletinID", bulletin) }
    for article in metadata.kbArticles { writer.element("upd:KBArticleID", article) }
    for language in metadata.languages { writer.element("upd:Language", language) }
  }
}
