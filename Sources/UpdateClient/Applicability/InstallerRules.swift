import WireFormat

/// Rules about products of Windows Installer. Those that need the metadata of a patch or an application are not
/// answered.
struct InstallerRules {
  let host: HostIndex

  func truth(of rule: ApplicabilityRule, named name: Substring) -> Truth {
    guard let products = host.facts.msiProducts else { return .unknown }
    switch name {
    case "MsiProductInstalled": return .any(products.map { isProduct($0, rule, code: rule.attributes["ProductCode"]) })
    case "MsiPatchInstalledForProduct":
      guard let patch = rule.attributes["PatchCode"] else { return .unknown }
      return .any(
        products.map { product in
          .all([
            isProduct(product, rule, code: rule.attributes["ProductCode"]),
            Truth(Self.contains(product.patches, patch)),
          ])
        })
    case "MsiFeatureInstalledForProduct": return parts(rule, products, "m.Feature", "AllFeaturesRequired", \.features)
    case "MsiComponentInstalledForProduct":
      return parts(rule, products, "m.Component", "AllComponentsRequired", \.components)
    default: return .unknown
    }
  }

  private func isProduct(_ product: HostFacts.MSIProduct, _ rule: ApplicabilityRule, code: String?) -> Truth {
    guard let code else { return .unknown }
    guard product.productCode.lowercased() == code.lowercased() else { return .fails }
    var truths: [Truth] = []
    if let least = rule.attributes["VersionMin"] {
      let comparison = rule.flag("ExcludeVersionMin") ?? false ? ScalarComparison.greaterThan : .greaterThanOrEqualTo
      truths.append(Truth(comparison.compare(versions: product.version, least)))
    }
    if let most = rule.attributes["VersionMax"] {
      let comparison = rule.flag("ExcludeVersionMax") ?? false ? ScalarComparison.lessThan : .lessThanOrEqualTo
      truths.append(Truth(comparison.compare(versions: product.version, most)))
    }
    if let language = rule.attributes["Language"] { truths.append(Truth(product.language.map { $0 == language })) }
    return .all(truths)
  }

  /// Features or components in products: any of each, or all where the rule says so.
  private func parts(
    _ rule: ApplicabilityRule, _ products: [HostFacts.MSIProduct], _ name: String, _ all: String,
    _ list: KeyPath<HostFacts.MSIProduct, [String]?>
  ) -> Truth {
    let wanted = rule.children.filter { $0.name == name }.map(\.text)
    let codes = rule.children.filter { $0.name == "m.Product" }.map { $0.text.lowercased() }
    guard !wanted.isEmpty, !codes.isEmpty else { return .unknown }
    let needsAll = rule.flag(all) ?? false
    let truths = codes.map { code in
      Truth.any(
        products.filter { $0.productCode.lowercased() == code }.map { product in
          let found = wanted.map { Truth(Self.contains(product[keyPath: list], $0)) }
          return needsAll ? .all(found) : .any(found)
        })
    }
    return rule.flag("AllProductsRequired") ?? false ? .all(truths) : .any(truths)
  }

  /// nil when nothing is known about the list.
  private static func contains(_ list: [String]?, _ wanted: String) -> Bool? {
    list.map { $0.contains { $0.lowercased() == wanted.lowercased() } }
  }
}
