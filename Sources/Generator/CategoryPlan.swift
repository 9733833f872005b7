import UpdateModel

/// Numbers of the category chain and the detectoids, and the GUID of everything.
struct CategoryPlan: Sendable {
  let seed: UInt64
  let companies: Int
  let families: Int
  let products: Int
  let detectoids: Int
  var classifications: Int { Words.classifications.count }
  /// All configuration revisions.
  var count: Int { companies + families + products + detectoids + classifications }

  /// About one revision in forty-five is a category or detectoid, within the room of small catalogues.
  init(shape: CatalogueShape) {
    seed = shape.seed
    let room = shape.revisions
    companies = room < 500 ? 1 : Words.companies.count
    families = room < 500 ? 2 : companies * Words.families.count
    products = min(400, max(3, room / 250))
    detectoids = min(3_000, max(4, room / 60))
  }

  /// The kinds of things that have GUIDs; the numbers are part of every generated catalogue.
  enum Naming: UInt64 {
    case company = 1, family, product, classification, detectoid, update, member, eula, publisher
  }

  func guid(_ naming: Naming, _ index: Int, _ part: Int = 0) -> GUID {
    var stream = SplitMix(seed, naming.rawValue, UInt64(index), UInt64(part))
    return .random(using: &stream)
  }

  /// The family of a product, and the company of a family: spread evenly.
  func family(ofProduct product: Int) -> Int { product % families }
  func company(ofFamily family: Int) -> Int { family % companies }

  /// For example `Contoso Server 2019 R2`; no two products share a name.
  func productName(_ product: Int) -> String {
    let generation = product / families
    let suffix = ["", " R2", " LTS", " Core", " Edge"][generation / 12 % 5]
    let series = generation / 60
    return familyName(family(ofProduct: product)) + " \(2_012 + generation % 12)\(suffix)"
      + (series > 0 ? " Series \(series + 1)" : "")
  }

  func familyName(_ family: Int) -> String {
    Words.companies[company(ofFamily: family)] + " " + Words.families[family / companies % Words.families.count]
  }
}
