import UpdateModel

/// One `LocalizedProperties` under construction. Also the language-neutral blocks
/// (`all`, `NeutralLanguage`) come here; their language is kept as written (AMB-46, SSS-184).
struct LocalizedPropertiesDraft {
  private var language: String?
  private var title = ""
  private var summary: String?
  private var uninstallNotes: String?
  private var moreInfoURLs: [String] = []
  private var supportURL: String?

  mutating func read(_ text: String, at place: UpdateDocumentReader.Place) throws(WireError) {
    switch place {
    case .language: language = text
    case .title: title = text
    case .summary: summary = text
    case .uninstallNotes: uninstallNotes = text
    case .supportURL: supportURL = text
    case .moreInfoURL:
      guard moreInfoURLs.count < MetadataLimits.references else {
        throw .limitExceeded(WireLocation(element: "MoreInfoUrl"), limit: .items, maximum: MetadataLimits.references)
      }
      moreInfoURLs.append(text)
    default: break
    }
  }

  func value() throws(WireError) -> LocalizedProperties {
    guard let language else {
      throw .missingElement(WireLocation(element: "LocalizedProperties"), expected: "Language")
    }
    return LocalizedProperties(
      language: language, title: title, description: summary, uninstallNotes: uninstallNotes,
      moreInfoURLs: moreInfoURLs, supportURL: supportURL)
  }
}
