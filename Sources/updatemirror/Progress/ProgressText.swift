import Mirror

/// The words of a progress display.
enum ProgressText {
  /// Active transfers that are shown at most.
  static let activeLimit = 4

  /// One line: phase, counts, bytes, rate, remaining time.
  static func overall(_ state: ProgressState, now: Double) -> String {
    guard let phase = state.phase else { return "starting" }
    var parts = [title(phase)]
    if state.total > 0 {
      parts.append("\(state.done)/\(state.total) \(unit(phase))")
    }
    if state.totalBytes > 0 {
      parts.append("\(Quantity.bytes(state.bytes))/\(Quantity.bytes(state.totalBytes))")
    } else if state.bytes > 0 {
      parts.append(Quantity.bytes(state.bytes))
    }
    if let until = state.waitingUntil, until > now {
      parts.append("upstream is busy, waiting \(Quantity.time(until - now))")
    } else {
      parts += speed(state, now)
    }
    return parts.joined(separator: "  ")
  }

  /// One line for each of the first transfers.
  static func active(_ state: ProgressState) -> [String] {
    var lines = state.active.prefix(activeLimit).map { transfer in
      let share = transfer.size.map { $0 > 0 ? "\(min(100, transfer.bytes * 100 / $0))%" : "100%" } ?? ""
      let gap = String(repeating: " ", count: max(0, 4 - share.count))
      return "  \(gap)\(share)  \(TextTable.plain(transfer.fileName))"
    }
    let rest = state.active.count - activeLimit
    if rest > 0 { lines.append("        and \(rest) more") }
    return lines
  }

  static func title(_ phase: ProgressState.Phase) -> String {
    switch phase {
    case .verification: "verify"
    case .generation: "generate"
    case .archive(let title, _): title
    case .run(.deployments): "approvals"
    case .run(let phase): phase.rawValue
    }
  }

  private static func unit(_ phase: ProgressState.Phase) -> String {
    switch phase {
    case .archive(_, let unit): unit
    case .verification, .run(.content): "files"
    case .generation, .run: "revisions"
    }
  }

  private static func speed(_ state: ProgressState, _ now: Double) -> [String] {
    let rate = state.rate(now: now)
    guard rate >= 1 else { return [] }
    var parts = ["\(Quantity.bytes(Int64(rate)))/s"]
    let left = Double(state.totalBytes - state.bytes)
    if state.totalBytes > 0, left > 0 { parts.append("\(Quantity.time(left / rate)) left") }
    return parts
  }
}
