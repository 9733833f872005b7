/// The filter of GetRevisionIdList (MS-WSUSSS 3.1.4.5.3.1).
public struct RevisionFilter: Hashable, Sendable {
  /// A category or classification; `isDelta` = only what is newer than the anchor (AMB-30).
  public struct Entry: Hashable, Sendable {
    public let id: GUID
    public let isDelta: Bool

    public init(id: GUID, isDelta: Bool) {
      self.id = id
      self.isDelta = isDelta
    }
  }

  /// A language by its LCID.
  public struct Language: Hashable, Sendable {
    public let languageID: Int32
    public let isDelta: Bool

    public init(languageID: Int32, isDelta: Bool) {
      self.languageID = languageID
      self.isDelta = isDelta
    }
  }

  /// nil on the first listing.
  public var anchor: SyncAnchor?
  /// True: categories, classifications and detectoids. False: software and drivers.
  public var isConfiguration: Bool
  /// nil from a 1.1 DSS, which does not know the element (SSS-063).
  public var is63LanguagesOnly: Bool?
  public var categories: [Entry]
  public var classifications: [Entry]
  /// nil below 1.3 (SSS-064).
  public var languages: [Language]?

  public init(
    anchor: SyncAnchor?, isConfiguration: Bool, is63LanguagesOnly: Bool? = false, categories: [Entry] = [],
    classifications: [Entry] = [], languages: [Language]? = nil
  ) {
    self.anchor = anchor
    self.isConfiguration = isConfiguration
    self.is63LanguagesOnly = is63LanguagesOnly
    self.categories = categories
    self.classifications = classifications
    self.languages = languages
  }
}

/// The answer to GetRevisionIdList.
public struct RevisionIDList: Hashable, Sendable {
  public var anchor: SyncAnchor
  public var identities: [UpdateIdentity]

  public init(anchor: SyncAnchor, identities: [UpdateIdentity]) {
    self.anchor = anchor
    self.identities = identities
  }
}
