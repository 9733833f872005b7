import UpdateModel
import WireFormat

/// Rules about files: their being there, version, size and times.
struct FileRules {
  let host: HostIndex

  func truth(of rule: ApplicabilityRule, named name: Substring) -> Truth {
    let suffix = "PrependRegSz"
    let isBelowValue = name.hasSuffix(suffix)
    let kind = isBelowValue ? name.dropLast(suffix.count) : name
    guard ["FileExists", "FileVersion", "FileSize", "FileCreated", "FileModified"].contains(kind) else {
      return .unknown
    }
    guard case .known(let path) = path(rule, isBelowValue: isBelowValue) else { return .unknown }
    guard let path else { return .fails }
    guard case .known(let found) = host.file(path) else { return .unknown }
    guard let found else { return .fails }
    return kind == "FileExists" ? hasAll(rule, found) : compares(rule, found, kind)
  }

  /// nil below a value that is not there.
  private func path(_ rule: ApplicabilityRule, isBelowValue: Bool) -> Known<String?> {
    guard let path = rule.attributes["Path"] else { return .unknown }
    if isBelowValue {
      guard case .known(let folder) = RegistryRules(host: host).text(rule) else { return .unknown }
      return .known(folder.map { Self.joined($0, path) })
    }
    guard let number = rule.attributes["Csidl"] else { return .known(path) }
    return host.facts.folders?[number].map { .known(Self.joined($0, path)) } ?? .unknown
  }

  private static func joined(_ folder: String, _ path: String) -> String {
    (folder.split(separator: "\\") + path.split(separator: "\\")).joined(separator: "\\")
  }

  /// Every property that the rule names is equal.
  private func hasAll(_ rule: ApplicabilityRule, _ file: HostFacts.File) -> Truth {
    let kinds: [(attribute: String, kind: Substring)] = [
      ("Version", "FileVersion"), ("Size", "FileSize"), ("Created", "FileCreated"), ("Modified", "FileModified"),
    ]
    var truths = kinds.filter { rule.attributes[$0.attribute] != nil }.map { compares(rule, file, $0.kind) }
    if let language = rule.attributes["Language"] {
      truths.append(Truth(file.language.map { $0.lowercased() == language.lowercased() }))
    }
    return .all(truths)
  }

  private func compares(_ rule: ApplicabilityRule, _ file: HostFacts.File, _ kind: Substring) -> Truth {
    guard let comparison = rule.scalarComparison, let wanted = rule.attributes[String(kind.dropFirst(4))] else {
      return .unknown
    }
    switch kind {
    case "FileVersion": return Truth(file.version.flatMap { comparison.compare(versions: $0, wanted) })
    case "FileSize": return compare(file.size, ApplicabilityRule.number(wanted), comparison)
    case "FileCreated": return compare(file.created, Timestamp(wanted), comparison)
    default: return compare(file.modified, Timestamp(wanted), comparison)
    }
  }

  private func compare<Value: Comparable>(_ found: Value?, _ wanted: Value?, _ comparison: ScalarComparison) -> Truth {
    guard let found, let wanted else { return .unknown }
    return Truth(comparison.compare(found, wanted))
  }
}
