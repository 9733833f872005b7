import UpdateModel
import WireFormat

/// Answers rules from the facts of one computer. What it does not know it says (guide 14).
struct RuleEvaluator {
  let host: HostIndex
  /// Names of the rules that could not be answered so far.
  private(set) var unanswered: Set<String> = []

  init(_ host: HostIndex) { self.host = host }

  mutating func truth(of rule: ApplicabilityRule) -> Truth {
    switch rule.name {
    case "True": return .holds
    case "False": return .fails
    case "And", "Or", "Not": return operation(rule)
    default:
      let truth = question(rule)
      if truth == .unknown { unanswered.insert(rule.name) }
      return truth
    }
  }

  /// Operators over nothing are no rules: unknown.
  private mutating func operation(_ rule: ApplicabilityRule) -> Truth {
    var truths: [Truth] = []
    for child in rule.children { truths.append(truth(of: child)) }
    switch (rule.name, truths.count) {
    case (_, 0): return .unknown
    case ("And", _): return .all(truths)
    case ("Or", _): return .any(truths)
    case ("Not", 1): return !truths[0]
    default: return .unknown
    }
  }

  private func question(_ rule: ApplicabilityRule) -> Truth {
    let parts = rule.name.split(separator: ".", maxSplits: 1)
    guard parts.count == 2 else { return .unknown }
    switch parts[0] {
    case "b": return systemRule(rule, named: parts[1])
    case "m": return InstallerRules(host: host).truth(of: rule, named: parts[1])
    default: return .unknown
    }
  }

  private func systemRule(_ rule: ApplicabilityRule, named name: Substring) -> Truth {
    if name.hasPrefix("Reg") { return RegistryRules(host: host).truth(of: rule, named: name) }
    if name.hasPrefix("File") { return FileRules(host: host).truth(of: rule, named: name) }
    return SystemRules(host: host).truth(of: rule, named: name)
  }
}

extension ApplicabilityRule {
  func flag(_ name: String) -> Bool? {
    switch attributes[name]?.lowercased() {
    case "true", "1": true
    case "false", "0": false
    default: nil
    }
  }

  /// A number, decimal or `0x`.
  func number(_ name: String) -> Int64? { attributes[name].flatMap(Self.number) }

  static func number(_ text: String) -> Int64? {
    text.lowercased().hasPrefix("0x") ? Int64(text.dropFirst(2), radix: 16) : Int64(text)
  }

  /// nil for a word that is no comparison; `EqualTo` without one.
  var scalarComparison: ScalarComparison? { ScalarComparison(rawValue: attributes["Comparison"] ?? "EqualTo") }
  var stringComparison: StringComparison? { StringComparison(rawValue: attributes["Comparison"] ?? "EqualTo") }
}
