public import Catalog
public import UpdateModel

/// What a site mirrors; the content of a subscription manifest.
public struct Subscription: Codable, Hashable, Sendable {
  public enum Content: String, Codable, Hashable, Sendable {
    /// Files come when an update is approved or a DSS asks.
    case lazy
    /// Files come with the metadata.
    case eager
    /// This site keeps no files (CatalogOnlySync).
    case none
  }

  /// Product, product family or company names, or GUIDs. Empty = all.
  public var products: [String]
  /// Names or GUIDs. Empty = all.
  public var classifications: [String]
  /// Short names as `en`, or LCIDs. Empty = those enabled at the USS.
  public var languages: [String]
  /// Also the classification Drivers, when no classification is named.
  public var drivers: Bool
  /// Also express (PSF) files.
  public var expressFiles: Bool
  public var content: Content

  public init(
    products: [String] = [], classifications: [String] = [], languages: [String] = [], drivers: Bool = false,
    expressFiles: Bool = false, content: Content = .lazy
  ) {
    self.products = products
    self.classifications = classifications
    self.languages = languages
    self.drivers = drivers
    self.expressFiles = expressFiles
    self.content = content
  }

  enum CodingKeys: String, CodingKey {
    case products, classifications, languages, drivers, content
    case expressFiles = "express-files"
  }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      products: try values.decodeIfPresent([String].self, forKey: .products) ?? [],
      classifications: try values.decodeIfPresent([String].self, forKey: .classifications) ?? [],
      languages: try values.decodeIfPresent([String].self, forKey: .languages) ?? [],
      drivers: try values.decodeIfPresent(Bool.self, forKey: .drivers) ?? false,
      expressFiles: try values.decodeIfPresent(Bool.self, forKey: .expressFiles) ?? false,
      content: try values.decodeIfPresent(Content.self, forKey: .content) ?? .lazy)
  }
}

/// A category as names are resolved against it.
public struct NamedCategory: Hashable, Sendable {
  public let id: GUID
  public let type: CategoryType
  public let title: String
  /// The categories it belongs to.
  public let parents: [GUID]

  public init(id: GUID, type: CategoryType, title: String, parents: [GUID] = []) {
    self.id = id
    self.type = type
    self.title = title
    self.parents = parents
  }

  public init(_ row: CategoryRow) {
    self.init(id: row.updateID, type: row.type, title: row.title, parents: row.parents)
  }

  var isClassification: Bool { type == .updateClassification }
}

extension Subscription {
  /// The classification Drivers on every server.
  public static let driverClassification = GUID(high: 0xebfc_1fc5_71a4_4f7b, low: 0x9aca_3b9a_5031_04a0)

  /// Turns names into GUIDs and LCIDs.
  ///
  /// A named family or company stands for everything below it as well. When one side
  /// of the filter is named, the other is filled with all that is known: a one-sided filter
  /// selects nothing (AMB-08).
  /// - Throws: ``SyncError/unknownName(kind:name:nearest:)``.
  package func resolve(
    categories: [NamedCategory], languages known: [LanguageSetting]
  ) throws(SyncError) -> (selection: RevisionSelection, fingerprint: String) {
    let products = try Self.find(self.products, "product", in: categories.filter { !$0.isClassification })
    let named = try Self.find(classifications, "classification", in: categories.filter(\.isClassification))
    let excludesDrivers = !drivers && named.isEmpty && categories.contains { $0.id == Self.driverClassification }
    let isFiltered = !products.isEmpty || !named.isEmpty || excludesDrivers
    var productIDs = products.isEmpty ? Self.all(categories, classifications: false) : Self.below(products, categories)
    var classificationIDs = named.isEmpty ? Self.all(categories, classifications: true) : named
    if excludesDrivers { classificationIDs.remove(Self.driverClassification) }
    if !isFiltered || productIDs.isEmpty || classificationIDs.isEmpty { (productIDs, classificationIDs) = ([], []) }
    let lcids = try resolveLanguages(known)
    let selection = RevisionSelection(
      categories: productIDs.sorted(), classifications: classificationIDs.sorted(), languages: lcids, isChanged: false)
    return (selection, fingerprint(products, named, lcids))
  }

  /// Names the selection, and not what "all" happens to mean today: what a new category
  /// brings is newer than the anchor anyway.
  private func fingerprint(_ products: Set<GUID>, _ named: Set<GUID>, _ lcids: [Int32]) -> String {
    let list = { (ids: Set<GUID>) in ids.isEmpty ? "*" : ids.sorted().map(\.description).joined(separator: ",") }
    let languages = self.languages.isEmpty ? "*" : lcids.map(String.init).joined(separator: ",")
    return "v1;products=\(list(products));classifications=\(list(named));languages=\(languages);drivers=\(drivers)"
  }

  private static func all(_ categories: [NamedCategory], classifications: Bool) -> Set<GUID> {
    Set(categories.filter { $0.isClassification == classifications }.map(\.id))
  }

  /// The categories and everything that belongs to them, at any depth.
  private static func below(_ roots: Set<GUID>, _ categories: [NamedCategory]) -> Set<GUID> {
    var found = roots
    var isGrowing = true
    while isGrowing {
      let children = categories.filter { !found.contains($0.id) && !found.isDisjoint(with: $0.parents) }
      isGrowing = !children.isEmpty
      found.formUnion(children.map(\.id))
    }
    return found
  }

  private static func find(_ names: [String], _ kind: String, in categories: [NamedCategory]) throws(SyncError) -> Set<
    GUID
  > {
    var found: Set<GUID> = []
    for name in names {
      let guid = GUID(name)
      let matches = categories.filter { $0.id == guid || $0.title.lowercased() == name.lowercased() }
      guard !matches.isEmpty else {
        throw .unknownName(kind: kind, name: name, nearest: NearestNames.of(name, in: categories.map(\.title)))
      }
      found.formUnion(matches.map(\.id))
    }
    return found
  }

  private func resolveLanguages(_ known: [LanguageSetting]) throws(SyncError) -> [Int32] {
    if languages.isEmpty {
      let isAll = known.contains { $0.languageID == 0 && $0.isEnabled }
      return known.filter { $0.languageID != 0 && (isAll || $0.isEnabled) }.map(\.languageID).sorted()
    }
    var lcids: Set<Int32> = []
    for name in languages {
      let match = known.first { language in
        language.languageID == Int32(name) || language.shortName.lowercased() == name.lowercased()
          || language.longName.lowercased() == name.lowercased()
      }
      guard let match else {
        let names = known.map(\.shortName)
        throw .unknownName(kind: "language", name: name, nearest: NearestNames.of(name, in: names))
      }
      lcids.insert(match.languageID)
    }
    return lcids.sorted()
  }
}

/// The known names most like a misspelt one.
enum NearestNames {
  static func of(_ name: String, in known: [String], count: Int = 5) -> [String] {
    let wanted = Array(name.lowercased().unicodeScalars.prefix(100))
    let ranked = Set(known).map { candidate -> (distance: Int, name: String) in
      let other = Array(candidate.lowercased().unicodeScalars.prefix(100))
      let contains = candidate.lowercased().contains(name.lowercased())
      return (contains ? 0 : distance(wanted, other), candidate)
    }
    return ranked.sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }.prefix(count).map(\.name)
  }

  /// Levenshtein distance.
  private static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    var row = Array(0...right.count)
    for (i, character) in left.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, other) in right.enumerated() {
        let substituted = diagonal + (character == other ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(substituted, row[j] + 1, row[j + 1] + 1)
      }
    }
    return row[right.count]
  }
}
