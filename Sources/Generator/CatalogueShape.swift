public import UpdateModel

/// What a generated catalogue looks like. Equal shapes give equal bytes.
public struct CatalogueShape: Hashable, Sendable {
  /// The least number of revisions: below it a category chain has no room.
  public static let fewestRevisions = 40
  /// The most files that an update may be given.
  public static let mostFilesPerUpdate = 200

  /// All revisions, categories included; raised to ``fewestRevisions``.
  public var revisions: Int
  public var seed: UInt64
  /// Bytes of all files together, within a few percent; files have at least one byte.
  public var contentSize: Int64
  /// Files of each update that has some, at most ``mostFilesPerUpdate``; nil: as many as usual, one to five.
  public var filesPerUpdate: Int?
  /// Languages of titles, of which ``knownLanguages`` have words; the first is the default.
  public var languages: [String]
  /// The middle of the metadata documents' lengths, in bytes; not below 2,000.
  public var medianDocument: Int
  /// The month in which the newest generated update appeared.
  public var newest: Timestamp
  /// Most approvals that ``CatalogueGenerator/populate(_:store:progress:)`` makes.
  public var approvals: Int

  public init(
    revisions: Int, seed: UInt64 = 1, contentSize: Int64 = 1 << 30, filesPerUpdate: Int? = nil,
    languages: [String] = knownLanguages, medianDocument: Int = 6_000,
    newest: Timestamp = Timestamp(year: 2026, month: 10, day: 1),
    approvals: Int = 200
  ) {
    self.revisions = max(Self.fewestRevisions, revisions)
    self.seed = seed
    self.contentSize = max(0, contentSize)
    self.filesPerUpdate = filesPerUpdate.map { min(max(1, $0), Self.mostFilesPerUpdate) }
    self.languages = languages.isEmpty ? ["en"] : languages
    self.medianDocument = max(2_000, medianDocument)
    self.newest = newest
    self.approvals = max(0, approvals)
  }

  /// Languages for which the generator has titles; others get English ones.
  public static let knownLanguages = ["en", "de", "fr", "es", "it", "ja", "pt-br", "ru", "zh-cn", "nl"]
}
