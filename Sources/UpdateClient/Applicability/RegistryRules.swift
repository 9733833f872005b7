import WireFormat

/// Rules about registry keys and values.
struct RegistryRules {
  let host: HostIndex

  func truth(of rule: ApplicabilityRule, named name: Substring) -> Truth {
    guard let view = view(rule), let path = path(rule) else { return .unknown }
    switch name {
    case "RegKeyExists": return Truth(view.hasKey(path))
    case "RegValueExists": return exists(rule, view, path)
    case "RegDword", "RegSz", "RegExpandSz", "RegSzToVersion":
      guard let wanted = rule.attributes["Data"], let valueName = rule.attributes["Value"] else { return .unknown }
      guard let value = view.value(path, valueName), Self.types(name).contains(value.type.uppercased()) else {
        return .fails
      }
      return compare(value.data, wanted, rule, name)
    default: return .unknown
    }
  }

  /// A text value that a file rule names as the folder of its path; nil when there is none.
  func text(_ rule: ApplicabilityRule) -> Known<String?> {
    guard let view = view(rule), let path = path(rule), let name = rule.attributes["Value"] else { return .unknown }
    let value = view.value(path, name)
    return .known(value.flatMap { Self.types("RegExpandSz").contains($0.type.uppercased()) ? $0.data : nil })
  }

  private func view(_ rule: ApplicabilityRule) -> RegistryView? {
    rule.flag("RegType32") ?? false ? host.registry32 : host.registry
  }

  private func path(_ rule: ApplicabilityRule) -> String? {
    guard let key = rule.attributes["Key"] else { return nil }
    return rule.attributes["Subkey"].map { "\(key)\\\($0)" } ?? key
  }

  /// Without a name the key's own value, which then must be a text (guide 14).
  private func exists(_ rule: ApplicabilityRule, _ view: RegistryView, _ path: String) -> Truth {
    let type = rule.attributes["Type"] ?? (rule.attributes["Value"] == nil ? "REG_SZ" : nil)
    guard let value = view.value(path, rule.attributes["Value"] ?? "") else { return .fails }
    return Truth(type.map { $0.uppercased() == value.type.uppercased() } ?? true)
  }

  private static func types(_ name: Substring) -> Set<String> {
    switch name {
    case "RegDword": ["REG_DWORD"]
    case "RegExpandSz": ["REG_EXPAND_SZ", "REG_SZ"]
    default: ["REG_SZ"]
    }
  }

  private func compare(
    _ found: String, _ wanted: String, _ rule: ApplicabilityRule, _ name: Substring
  ) -> Truth {
    switch name {
    case "RegDword":
      guard let left = ApplicabilityRule.number(found), let right = ApplicabilityRule.number(wanted) else {
        return .unknown
      }
      return Truth(rule.scalarComparison?.compare(left, right))
    case "RegSzToVersion": return Truth(rule.scalarComparison?.compare(versions: found, wanted))
    default: return Truth(rule.stringComparison?.compare(found, wanted))
    }
  }
}
