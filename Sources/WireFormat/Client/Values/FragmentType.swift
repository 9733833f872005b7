/// What a client can ask of a revision's metadata (MS-WUSP `XmlUpdateFragmentType`).
///
/// `Published` and `VerificationRule` can be asked for and are defined nowhere: nothing is sent for them (WUSP-165).
public enum FragmentType: String, Hashable, Sendable, CaseIterable {
  case published = "Published"
  case core = "Core"
  case extended = "Extended"
  case verificationRule = "VerificationRule"
  case localizedProperties = "LocalizedProperties"
  case eula = "Eula"
  /// Only in GetExtendedUpdateInfo2.
  case fileURL = "FileUrl"
  /// Only in GetExtendedUpdateInfo2.
  case fileDecryption = "FileDecryption"

  /// Stored for each language of a revision.
  public var isLocalized: Bool { self == .localizedProperties || self == .eula }
}

extension ElementReader {
  /// The types in `infoTypes`; those that nobody knows here are skipped, for there is nothing to send for them.
  func fragmentTypesIfPresent(_ name: String) throws(WireError) -> [FragmentType]? {
    let names = try arrayIfPresent(name, of: "XmlUpdateFragmentType", limit: ClientRequestLimits.infoTypes) {
      item throws(WireError) in try item.text(limit: ClientRequestLimits.text)
    }
    return names?.compactMap { FragmentType(rawValue: $0) }
  }
}

extension XMLWriter {
  mutating func element(_ name: StaticString, _ types: [FragmentType]) {
    elements(name, types) { $0.element("XmlUpdateFragmentType", $1.rawValue) }
  }
}
