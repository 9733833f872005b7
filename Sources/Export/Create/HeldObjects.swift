import UpdateModel

/// What the base of a differential archive has already.
struct HeldObjects: Sendable {
  private let held: ReceiptHoldings

  /// Without holdings: nothing, the archive is full.
  init(_ held: ReceiptHoldings = ReceiptHoldings()) { self.held = held }

  func contains(_ identity: UpdateIdentity) -> Bool { held.revisions.contains(identity) }
  func contains(_ digest: FileDigest) -> Bool { held.content.contains(digest) }
}
