import UpdateClient
import WireFormat

/// A computer that has the products of generated catalogues: the rules of categories and detectoids hold (Generator's
/// `RuleText`).
struct FittingFacts {
  private(set) var facts = HostFacts()

  init() {
    facts.windows = HostFacts.Windows(major: 10, minor: 0, build: 26_100, productType: 1)
    facts.registry = [:]
    facts.files = [:]
    facts.folders = ["37": #"C:\Windows\System32"#]
  }

  /// Adds what the rule of a product asks for.
  mutating func fit(_ rule: ApplicabilityRule) {
    let version = rule.attributes["Version"]
    switch rule.name {
    case "b.RegDword": setValue(rule, "REG_DWORD", rule.attributes["Data"] ?? "")
    case "b.RegSzToVersion": setValue(rule, "REG_SZ", "0.0")
    case "b.FileVersionPrependRegSz":
      setValue(rule, "REG_SZ", #"C:\Products"#)
      addFile(#"C:\Products"#, rule, version)
    case "b.FileExists": addFile(#"C:\Windows\System32"#, rule, version)
    case "b.WindowsVersion": facts.windows?.productType = rule.attributes["ProductType"].flatMap { Int($0) }
    default: break
    }
  }

  private mutating func setValue(_ rule: ApplicabilityRule, _ type: String, _ data: String) {
    guard let key = rule.attributes["Key"], let subkey = rule.attributes["Subkey"], let name = rule.attributes["Value"]
    else { return }
    facts.registry?["\(key)\\\(subkey)", default: [:]][name] = HostFacts.RegistryValue(type: type, data: data)
  }

  private mutating func addFile(_ folder: String, _ rule: ApplicabilityRule, _ version: String?) {
    guard let path = rule.attributes["Path"] else { return }
    facts.files?["\(folder)\\\(path)"] = HostFacts.File(version: version)
  }
}

extension UpdateClient {
  /// Scans again and again, each time as a computer that also has the products it knows of.
  ///
  /// - Returns: the last scan, which brought nothing new, and the computer.
  func scanWithProducts() async throws -> (report: ScanReport, facts: HostFacts) {
    var fitting = FittingFacts()
    while true {
      for revision in state.cache.revisions where revision.kind != .software {
        if let rule = revision.isInstalled { fitting.fit(rule) }
      }
      change(fitting.facts)
      let report = try await scan()
      if report.newRevisions == 0 { return (report, fitting.facts) }
    }
  }
}
