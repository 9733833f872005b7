import WireFormat

/// Rules about Windows, the processor and what else is neither file nor registry.
struct SystemRules {
  let host: HostIndex

  func truth(of rule: ApplicabilityRule, named name: Substring) -> Truth {
    let facts = host.facts
    switch name {
    case "Platform": return equal(facts.platformID, rule.number("PlatformID"))
    case "WindowsVersion", "PlatformVersion": return windowsVersion(rule)
    case "WindowsLanguage", "PlatformLanguage": return language(rule)
    case "MuiInstalled": return Truth(facts.muiLanguages.map { !$0.isEmpty })
    case "MuiLanguageInstalled": return muiLanguage(rule)
    case "SystemMetric": return compare(facts.systemMetrics?[rule.attributes["Index"] ?? ""], rule, "Value")
    case "Processor": return processor(rule)
    case "NumberOfProcessors": return compare(facts.processorCount, rule, "Number")
    case "ClusteredOS": return Truth(facts.isClusterNode)
    case "LicenseValueExists":
      return Truth(facts.licenses.flatMap { all in rule.attributes["Value"].map { all[$0] != nil } })
    case "LicenseDword": return license(rule)
    case "WmiQuery": return query(rule)
    default: return .unknown
    }
  }

  private func equal(_ found: Int?, _ expected: Int64?) -> Truth {
    guard let found, let expected else { return .unknown }
    return Truth(Int64(found) == expected)
  }

  private func compare(_ found: Int?, _ rule: ApplicabilityRule, _ name: String) -> Truth {
    guard let found, let expected = rule.number(name), let comparison = rule.scalarComparison else { return .unknown }
    return Truth(comparison.compare(Int64(found), expected))
  }

  /// The parts that the rule names, as VerifyVersionInfo compares them: the first that differs decides.
  private func windowsVersion(_ rule: ApplicabilityRule) -> Truth {
    guard let windows = host.facts.windows, let comparison = rule.scalarComparison else { return .unknown }
    let parts: [(name: String, found: Int?)] = [
      ("MajorVersion", windows.major), ("MinorVersion", windows.minor), ("BuildNumber", windows.build),
      ("ServicePackMajor", windows.servicePackMajor ?? 0), ("ServicePackMinor", windows.servicePackMinor ?? 0),
    ]
    var pairs: [(found: Int64, expected: Int64)] = []
    for part in parts where rule.attributes[part.name] != nil {
      guard let found = part.found, let expected = rule.number(part.name) else { return .unknown }
      pairs.append((Int64(found), expected))
    }
    let decisive = pairs.first { $0.found != $0.expected } ?? pairs.last
    let version = decisive.map { Truth(comparison.compare($0.found, $0.expected)) } ?? .holds
    return .all([version, suite(rule, windows), productType(rule, windows)])
  }

  private func suite(_ rule: ApplicabilityRule, _ windows: HostFacts.Windows) -> Truth {
    guard rule.attributes["SuiteMask"] != nil else { return .holds }
    guard let mask = rule.number("SuiteMask"), let found = windows.suiteMask else { return .unknown }
    let shared = Int64(found) & mask
    return Truth(rule.flag("AllSuitesMustBePresent") ?? false ? shared == mask : shared != 0)
  }

  private func productType(_ rule: ApplicabilityRule, _ windows: HostFacts.Windows) -> Truth {
    rule.attributes["ProductType"] == nil ? .holds : equal(windows.productType, rule.number("ProductType"))
  }

  /// False where the MUI is installed. `de` in a rule is also `de-de`.
  private func language(_ rule: ApplicabilityRule) -> Truth {
    guard let language = host.facts.language?.lowercased(), let wanted = rule.attributes["Language"]?.lowercased()
    else { return .unknown }
    let isMultilingual = Truth(host.facts.muiLanguages.map { !$0.isEmpty } ?? false)
    return .all([!isMultilingual, Truth(language == wanted || language.hasPrefix(wanted + "-"))])
  }

  private func muiLanguage(_ rule: ApplicabilityRule) -> Truth {
    guard let installed = host.facts.muiLanguages, let wanted = rule.attributes["Language"]?.lowercased() else {
      return .unknown
    }
    return Truth(installed.contains { $0.lowercased() == wanted })
  }

  private func processor(_ rule: ApplicabilityRule) -> Truth {
    guard let processor = host.facts.processor, rule.attributes["Architecture"] != nil else { return .unknown }
    var truths = [equal(processor.architecture, rule.number("Architecture"))]
    if rule.attributes["Level"] != nil { truths.append(equal(processor.level, rule.number("Level"))) }
    if rule.attributes["Revision"] != nil { truths.append(equal(processor.revision, rule.number("Revision"))) }
    return .all(truths)
  }

  private func license(_ rule: ApplicabilityRule) -> Truth {
    guard let licenses = host.facts.licenses, let name = rule.attributes["Value"], let data = rule.number("Data"),
      let comparison = rule.scalarComparison
    else { return .unknown }
    return Truth(licenses[name].map { comparison.compare($0, data) } ?? false)
  }

  /// Only queries that the facts have an answer for.
  private func query(_ rule: ApplicabilityRule) -> Truth {
    let place = (rule.attributes["Namespace"] ?? "root\\cimv2").lowercased()
    let words = rule.attributes["WqlQuery"]?.lowercased()
    let known = host.facts.wmiQueries?.first {
      ($0.namespace ?? "root\\cimv2").lowercased() == place && $0.query.lowercased() == words
    }
    return Truth(known.map { $0.rows > 0 })
  }
}
