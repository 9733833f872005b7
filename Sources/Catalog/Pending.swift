public import UpdateModel

extension Catalog {
  private func unwritten(_ name: String) -> CatalogError { .database(operation: name, text: "not written yet") }

  public func files(_ digests: [FileDigest]) async throws -> [FileRecord] { throw unwritten("files") }
  /// Records that a DSS asked for files.
  ///
  /// - Returns: the digests no published revision lists (FileDigestsMissing).
  public func requestFiles(_ digests: [FileDigest]) async throws -> [FileDigest] { throw unwritten("files") }
  /// Absent files the policy asks for, in order of ``WantedFile/fileID``; files whose next try is later are left out.
  public func wantedFiles(_ policy: ContentPolicy, limit: Int, after: Int64 = 0) async throws -> [WantedFile] {
    throw unwritten("wanted")
  }
  /// Also takes digests that no revision lists yet: presence survives the loss of the database.
  public func markPresent(_ digests: [FileDigest]) async throws { throw unwritten("present") }
  public func markAbsent(_ digests: [FileDigest]) async throws { throw unwritten("absent") }
  public func recordFailure(_ digest: FileDigest, reason: String, nextTry: Timestamp?) async throws {
    throw unwritten("failure")
  }
  /// Files the policy asks for that are absent, with the reason and the updates that need them.
  public func missingFiles(_ policy: ContentPolicy, limit: Int, after: Int64 = 0) async throws -> [MissingFile] {
    throw unwritten("missing")
  }
  public func contentCounts() async throws -> ContentCounts { throw unwritten("counts") }
  /// Absent wanted files and their bytes, also those whose next try is later.
  public func wantedTotals(_ policy: ContentPolicy) async throws -> (files: Int, bytes: Int64) {
    throw unwritten("totals")
  }
  /// Digests of present files, in order; for garbage collection and verification. Start with nil.
  public func presentDigests(after: FileDigest?, limit: Int) async throws -> [FileDigest] { throw unwritten("present") }

  public func updates(_ query: UpdateQuery) async throws -> [UpdateRow] { throw unwritten("updates") }
  /// The latest revision of an update; nil when unknown.
  public func update(_ updateID: GUID) async throws -> UpdateDetails? { throw unwritten("update") }
  public func update(_ identity: UpdateIdentity) async throws -> UpdateDetails? { throw unwritten("update") }
  /// The published metadata document, byte for byte.
  public func document(_ identity: UpdateIdentity) async throws -> [UInt8]? { throw unwritten("document") }
  /// Categories and classifications with names.
  public func categories(language: String? = nil) async throws -> [CategoryRow] { throw unwritten("categories") }
  /// Names of categories (or classifications) nearest to `name` by edit distance, the nearest first.
  public func nearestCategoryNames(to name: String, classifications: Bool, limit: Int = 5) async throws -> [String] {
    throw unwritten("nearest")
  }
  public func counts() async throws -> CatalogCounts { throw unwritten("counts") }
  /// Adds published revisions to the text index, at most `limit`. Search finds the rest by reading them.
  ///
  /// - Returns: how many are still to do.
  @discardableResult
  public func indexText(limit: Int) async throws -> Int { throw unwritten("index") }
}
