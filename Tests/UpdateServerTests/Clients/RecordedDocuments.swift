import Catalog
import UpdateModel
import WireFormat

/// Metadata documents from which the recorded fragments come: the inverse of what servers derive.
enum RecordedDocuments {
  /// - Parameters:
  ///   - core: a recorded Core fragment, or one made up where none was recorded.
  ///   - extended: a recorded Extended fragment.
  ///   - localized: recorded LocalizedProperties fragments.
  ///   - category: a word that Core does not tell.
  static func staged(
    core: String, extended: String = "", localized: [String] = [], category: String? = nil
  ) throws -> StagedRevision {
    let document = Array(text(core: core, extended: extended, localized: localized, category: category).utf8)
    return StagedRevision(metadata: try UpdateMetadataParser.parse(document), document: document)
  }

  private static let namespaces = """
    xmlns="http://schemas.microsoft.com/msus/2002/12/Update" \
    xmlns:b="http://schemas.microsoft.com/msus/2002/12/BaseApplicabilityRules" \
    xmlns:m="http://schemas.microsoft.com/msus/2002/12/MsiApplicabilityRules" \
    xmlns:d="http://schemas.microsoft.com/msus/2002/12/UpdateHandlers/WindowsDriver" \
    xmlns:cat="http://schemas.microsoft.com/msus/2002/12/UpdateHandlers/Category" \
    xmlns:cmd="http://schemas.microsoft.com/msus/2002/12/UpdateHandlers/CommandLineInstallation" \
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    """

  private static func text(core: String, extended: String, localized: [String], category: String?) -> String {
    let (identity, properties, rest) = split(core)
    let title = "<LocalizedProperties><Language>en</Language><Title>t</Title></LocalizedProperties>"
    let handler = category.map {
      "<HandlerSpecificData xsi:type=\"cat:Category\"><CategoryInformation CategoryType=\"\($0)\" /></HandlerSpecificData>"
    }
    return "<Update \(namespaces)>\(identity)" + merged(properties, extended)
      + "<LocalizedPropertiesCollection>\(localized.isEmpty ? title : localized.joined())</LocalizedPropertiesCollection>"
      + prefixed(rest) + afterProperties(extended) + (handler ?? "") + "</Update>"
  }

  /// UpdateIdentity, Properties, and what follows.
  private static func split(_ core: String) -> (identity: Substring, properties: Substring, rest: Substring) {
    guard let first = core.firstRange(of: " />"), let second = core[first.upperBound...].firstRange(of: " />") else {
      return (core[...], "", "")
    }
    return (core[..<first.upperBound], core[first.upperBound..<second.upperBound], core[second.upperBound...])
  }

  /// The attributes of both, and the children of the extended one.
  private static func merged(_ properties: Substring, _ extended: String) -> String {
    let attributes = properties.dropLast(3)
    guard let start = extended.firstRange(of: "<ExtendedProperties"), let end = extended.firstRange(of: ">") else {
      return "\(properties)"
    }
    let own = extended[start.upperBound..<end.lowerBound]
    if own.hasSuffix("/") { return "\(attributes)\(own)>" }
    let children = extended[end.upperBound...].prefix(
      upTo: extended.firstRange(of: "</ExtendedProperties>")?.lowerBound ?? extended.endIndex)
    return "\(attributes)\(own)>\(children)</Properties>"
  }

  private static func afterProperties(_ extended: String) -> String {
    let end = extended.firstRange(of: "</ExtendedProperties>") ?? extended.firstRange(of: "/>")
    return end.map {
      String(extended[$0.upperBound...])
        .replacing("<HandlerSpecificData type=", with: "<HandlerSpecificData xsi:type=")
    } ?? ""
  }

  private static func prefixed(_ rules: Substring) -> String {
    var text = String(rules)
    for prefix in ["b", "m", "d"] {
      text = text.replacing("<\(prefix).", with: "<\(prefix):").replacing("</\(prefix).", with: "</\(prefix):")
    }
    return text
  }
}
