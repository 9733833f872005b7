package import UpdateModel

/// The resolved selection of the update listing: GUIDs and LCIDs.
package struct RevisionSelection: Hashable, Sendable {
  /// Empty if and only if ``classifications`` is: one-sided filters select nothing (AMB-08, SSS-129).
  package let categories: [GUID]
  package let classifications: [GUID]
  /// Empty: the filter names no language.
  package let languages: [Int32]
  /// The selection is not the one of the last listing: the anchor does not count.
  package let isChanged: Bool

  package init(categories: [GUID], classifications: [GUID], languages: [Int32], isChanged: Bool) {
    self.categories = categories
    self.classifications = classifications
    self.languages = languages
    self.isChanged = isChanged
  }

  package static let everything = RevisionSelection(
    categories: [], classifications: [], languages: [], isChanged: false)

  /// Something may lie outside.
  package var isFiltered: Bool { !categories.isEmpty && !classifications.isEmpty }

  /// The filter of the listing with GetConfig FALSE.
  ///
  /// Delta is true exactly when the anchor is sent, so that everything selected is complete (AMB-30).
  package func filter(anchor: SyncAnchor?, version: ProtocolVersion) -> RevisionFilter {
    let anchor = isChanged ? nil : anchor
    let isDelta = anchor != nil
    let entries = { (ids: [GUID]) in ids.map { RevisionFilter.Entry(id: $0, isDelta: isDelta) } }
    let sendsLanguages = version >= .firstWithReporting && !languages.isEmpty
    return RevisionFilter(
      anchor: anchor, isConfiguration: false, is63LanguagesOnly: Self.is63LanguagesOnly(version),
      categories: isFiltered ? entries(categories) : [], classifications: isFiltered ? entries(classifications) : [],
      languages: sendsLanguages ? languages.map { .init(languageID: $0, isDelta: isDelta) } : nil)
  }

  /// The filter of the listing with GetConfig TRUE.
  package static func configurationFilter(anchor: SyncAnchor?, version: ProtocolVersion) -> RevisionFilter {
    RevisionFilter(anchor: anchor, isConfiguration: true, is63LanguagesOnly: is63LanguagesOnly(version))
  }

  /// Required from 1.2 on, unknown before (SSS-063).
  private static func is63LanguagesOnly(_ version: ProtocolVersion) -> Bool? {
    version >= .firstWith511Languages ? false : nil
  }
}
