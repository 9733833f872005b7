package import Catalog

/// Complete batches on their way into one transaction of the catalogue, in order.
///
/// A transaction of 500 revisions costs a quarter less than five of 100: each writes the same
/// leaves of the GUID and digest indexes. A kill costs what is in the buffer, fetched again.
package struct StagingBuffer: Sendable {
  /// Revisions that make a transaction.
  package static let revisionLimit = 500
  /// Bytes of documents that make a transaction of fewer revisions.
  package static let byteLimit = 4 << 20

  private var kind = ListingKind.configuration
  private var revisions: [StagedRevision] = []
  private var bytes = 0

  package init() {}

  package var isFull: Bool { revisions.count >= Self.revisionLimit || bytes >= Self.byteLimit }

  /// Adds a batch; the buffer must hold none of another kind.
  package mutating func add(_ batch: [StagedRevision], _ kind: ListingKind) {
    self.kind = kind
    revisions += batch
    bytes += batch.reduce(0) { $0 + $1.document.count }
  }

  /// Empties the buffer; nil when there is nothing in it.
  package mutating func take() -> (kind: ListingKind, revisions: [StagedRevision])? {
    guard !revisions.isEmpty else { return nil }
    defer { (revisions, bytes) = ([], 0) }
    return (kind, revisions)
  }
}
