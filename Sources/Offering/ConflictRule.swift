internal import UpdateModel

/// Which of several deployments of one revision a computer gets (wusp.md 9.3, A-29).
struct ConflictRule {
  /// Each chain as numbers of groups, nearest first.
  let chains: [[Int]]

  /// Peers round the end of time in different ways.
  private static let noDeadline = Timestamp(year: 9999, month: 12, day: 31)

  /// A live deployment of the revision to a group of one of the chains.
  struct Candidate {
    var group: Int
    var deployment: ExplicitDeployment
  }

  /// What is deployed, before content and licence terms are looked at.
  ///
  /// - Returns: nil when no candidate has an action that clients know.
  func decide(_ candidates: ArraySlice<Candidate>) -> EffectiveDeployment? {
    var finalists: [ExplicitDeployment] = []
    for chain in chains { finalists += nearest(candidates, in: chain) }
    guard let action = finalists.compactMap({ Self.precedence($0.action) }).min() else { return nil }
    let winners = finalists.filter { Self.precedence($0.action) == action }
    return winners.reduce(nil) { Self.merge($0, $1) }
  }

  /// The deployments of the nearest group that has any. A Block there is the only one that counts, and hides what
  /// the groups above say: in this chain, no other.
  private func nearest(_ candidates: ArraySlice<Candidate>, in chain: [Int]) -> [ExplicitDeployment] {
    for group in chain {
      let own = candidates.filter { $0.group == group }.map(\.deployment)
      guard !own.isEmpty else { continue }
      let blocks = own.filter { $0.action == .block }
      return blocks.isEmpty ? own : blocks
    }
    return []
  }

  /// Lower wins. Values that no specification names are never offered.
  static func precedence(_ action: DeploymentAction) -> Int? {
    switch action {
    case .install: 0
    case .uninstall: 1
    case .scan: 2
    case .block: 3
    default: nil
    }
  }

  /// Earliest deadline, assigned if any is, highest priority, latest change. It is numbered as the one with the
  /// earliest deadline, then the lowest number.
  private static func merge(_ merged: EffectiveDeployment?, _ next: ExplicitDeployment) -> EffectiveDeployment {
    let next = effective(next)
    guard var merged else { return next }
    let deadlines = (merged.deadline ?? .endOfTime, next.deadline ?? .endOfTime)
    if (deadlines.1, next.number) < (deadlines.0, merged.number) {
      merged.number = next.number
      merged.deadline = next.deadline
    }
    merged.isAssigned = merged.isAssigned || next.isAssigned
    merged.downloadPriority = max(merged.downloadPriority, next.downloadPriority)
    merged.lastChange = max(merged.lastChange, next.lastChange)
    return merged
  }

  private static func effective(_ row: ExplicitDeployment) -> EffectiveDeployment {
    let action: OfferedAction =
      switch row.action {
      case .install: .install
      case .uninstall: .uninstall
      default: .preDeploymentCheck
      }
    let hasDeadline = row.deadline < Self.noDeadline && row.action != .block
    return EffectiveDeployment(
      number: row.number, action: action, deadline: hasDeadline ? row.deadline : nil, isAssigned: row.isAssigned,
      lastChange: row.changedOn, downloadPriority: row.downloadPriority)
  }
}
