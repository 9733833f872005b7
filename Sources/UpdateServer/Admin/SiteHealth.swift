/// Whether clients and downstream servers can be answered now, and why not.
public struct SiteHealth: Hashable, Sendable {
  /// Each keeps the server from answering; empty = ready.
  public var reasons: [String]
  /// What an operator should look at, though answers go out.
  public var warnings: [String]

  public init(reasons: [String] = [], warnings: [String] = []) {
    self.reasons = reasons
    self.warnings = warnings
  }

  public var isReady: Bool { reasons.isEmpty }
}
