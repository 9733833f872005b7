/// What a run does about an error. Every error that can reach a run answers this.
public enum Reaction: Hashable, Sendable {
  /// Try the same again, not sooner than the peer asked for (nil: the caller's own backoff).
  case retry(after: Duration?)
  /// Discard the cookies and start again at authorization.
  case restartSession
  /// Forget all anchors of this USS, then go on (MS-WSUSSS 2.2.9.3, ServerChanged).
  case resetAnchors
  /// End this run and keep everything committed; the next run starts at authorization.
  case giveUp
}
