import Platform

/// One of the changes that a command made: what it was before and after; nil where there was or is nothing.
struct AuditedChange: Equatable, Sendable {
  let subject: String
  let before: [String: String]?
  let after: [String: String]?
}

extension Site {
  /// Records an administrative change that was made.
  func audit(_ action: String, _ subject: String, _ before: [String: String]?, _ after: [String: String]?) throws {
    try audit(action, [AuditedChange(subject: subject, before: before, after: after)])
  }

  /// Records the changes of one command together.
  func audit(_ action: String, _ changes: [AuditedChange]) throws {
    let now = SystemClock.now()
    try AuditLog(state).append(
      changes.map { change in
        AuditEntry(
          time: now, who: Operator.name, action: action, subject: change.subject, before: change.before,
          after: change.after)
      })
  }
}
