/// The answer to a rule. What cannot be answered is never taken for yes or no (Kleene logic, guide 14).
public enum Truth: String, Hashable, Sendable, Codable {
  case holds, fails, unknown

  init(_ value: Bool) { self = value ? .holds : .fails }

  /// Unknown when there is no value.
  init(_ value: Bool?) { self = value.map { Truth($0) } ?? .unknown }

  static prefix func ! (truth: Truth) -> Truth {
    switch truth {
    case .holds: .fails
    case .fails: .holds
    case .unknown: .unknown
    }
  }

  /// All of them hold. One that fails decides.
  static func all(_ truths: some Sequence<Truth>) -> Truth {
    var result = Truth.holds
    for truth in truths {
      if truth == .fails { return .fails }
      if truth == .unknown { result = .unknown }
    }
    return result
  }

  /// Any of them holds. One that holds decides.
  static func any(_ truths: some Sequence<Truth>) -> Truth { !all(truths.lazy.map { !$0 }) }
}
