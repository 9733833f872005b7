package import UpdateModel

/// Whether a file is fetched at all (MS-WSUSSS 3.2.4.4, guide 9.1, SSS-245..SSS-251).
package struct FetchRule: Hashable, Sendable {
  /// This server keeps no content.
  package var isCatalogOnly: Bool
  /// Content is fetched when it is approved or asked for; else with the metadata.
  package var isLazy: Bool
  /// This server stores express files as well.
  package var includesExpress: Bool

  package init(isCatalogOnly: Bool, isLazy: Bool, includesExpress: Bool) {
    self.isCatalogOnly = isCatalogOnly
    self.isLazy = isLazy
    self.includesExpress = includesExpress
  }

  /// What is known of one file of one revision.
  package struct Situation: Hashable, Sendable {
    package var isPresent = false
    package var patchingType: PatchingType?
    /// A live install deployment reaches the revision, itself or through bundles, and it is not declined.
    package var isApproved = false
    /// A DSS asked for it with DownloadFiles.
    package var isRequestedByDownstream = false

    package init(
      isPresent: Bool = false, patchingType: PatchingType? = nil, isApproved: Bool = false,
      isRequestedByDownstream: Bool = false
    ) {
      self.isPresent = isPresent
      self.patchingType = patchingType
      self.isApproved = isApproved
      self.isRequestedByDownstream = isRequestedByDownstream
    }
  }

  package func wants(_ situation: Situation) -> Bool {
    guard !isCatalogOnly, !situation.isPresent else { return false }
    guard situation.patchingType != .express || includesExpress else { return false }
    return !isLazy || situation.isApproved || situation.isRequestedByDownstream
  }
}
