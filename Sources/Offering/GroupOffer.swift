public import UpdateModel

/// What the computers of one set of target groups are offered at one moment (wusp.md 9.1 steps 3 and 4, 9.3).
///
/// Made once for a set of groups and used for every call of their computers, until the catalogue changes or
/// ``validUntil`` comes.
public struct GroupOffer: Sendable {
  let catalogue: OfferCatalogue
  /// A computer that comes with a mark of another set is told everything it holds anew.
  public let groupSet: UInt64
  /// The next deployment goes live; ``Timestamp/endOfTime`` when none is waiting.
  public let validUntil: Timestamp

  public init(_ inputs: OfferInputs, groups: Set<GUID>, at now: Timestamp) {
    catalogue = inputs.catalogue
    groupSet = 0
    validUntil = .endOfTime
  }

  /// One call of SyncUpdates or SyncPrinterCatalog.
  public func sync(_ query: SyncQuery) -> SyncAnswer {
    SyncAnswer(
      new: [], outOfScope: [], changed: [], deployedOutOfScope: nil, isTruncated: false, mark: nil,
      driverSyncNotNeeded: nil)
  }

  /// Entries of RefreshCacheResult: of the asked revisions those that are offered, each once.
  public func refresh(_ identities: [(updateKey: Int32, revisionNumber: Int32)]) -> [RefreshedRevision] { [] }

  /// The revision is deployed to these groups, by an administrator or because something deployed needs it.
  public func isOffered(revisionID: Int32) -> Bool { false }
}
