/// What the offers to clients depend on. Equal versions mean equal inputs.
public struct OfferVersion: Hashable, Sendable {
  /// Of the change log; another one means that clients know other revision numbers (ServerChanged).
  public let epoch: String
  /// The last change.
  public let sequence: Int64
  /// Grows when fragments or driver rows were derived.
  public let derivations: Int64
}
