import UpdateModel

/// What people read of a unit.
struct UnitTexts: Sendable {
  let layout: CatalogueLayout
  let unit: UnitPlan

  private static let year = 365 * 86_400 * Timestamp.ticksPerSecond
  private var shape: CatalogueShape { layout.shape }

  var product: String { layout.categories.productName(unit.product) }

  /// The company in lower case, as in host names.
  var company: String {
    let family = layout.categories.family(ofProduct: unit.product)
    return Words.companies[layout.categories.company(ofFamily: family)].lowercased()
  }

  /// The first catalogue spans seven years up to ``CatalogueShape/newest``; growth goes on at the same
  /// pace, and each revision is four weeks after the one before.
  func created(revision: Int) -> Timestamp {
    let units = Int64(max(1, layout.months.first?.count ?? 1))
    let sinceFirst = Int64(unit.index) * (7 * Self.year / units)
    let revised = Int64(revision) * 28 * 86_400 * Timestamp.ticksPerSecond
    let ticks = shape.newest.ticks - 7 * Self.year + sinceFirst + revised
    // Whole milliseconds, as Windows writes them.
    return Timestamp(ticks: ticks / 10_000 * 10_000)
  }

  /// One in three updates has all languages, the others the first ones.
  func ofUpdate(_ revision: Int) -> [LocalizedProperties] {
    let count = unit.index.isMultiple(of: 3) ? shape.languages.count : 1 + unit.index % 3
    let month = created(revision: 0).dateText.prefix(7)
    return shape.languages.prefix(count).map { language in
      let words = Words.language(language)
      let title = "\(month) \(words.nouns[unit.classification]) \(words.link) \(product) (\(architecture)) "
      return LocalizedProperties(
        language: language, title: title + "(KB\(unit.kbNumber))", description: words.summary,
        uninstallNotes: words.uninstall,
        moreInfoURLs: ["https://support.\(company).example/\(language)/kb/\(unit.kbNumber)"],
        supportURL: "https://support.\(company).example/\(language)")
    }
  }

  func ofMember(_ member: Int) -> [LocalizedProperties] {
    let title = "\(product) KB\(unit.kbNumber) \(architecture), part \(member + 1) of \(unit.members)"
    return [LocalizedProperties(language: shape.languages[0], title: title)]
  }

  private var architecture: String { Words.architectures[unit.chain % Words.architectures.count] }

  /// How the installer is called.
  func handlerData(_ files: [GeneratedFile]) -> [UInt8]? {
    guard !unit.isDriver, let first = files.first else { return nil }
    let text = """
      <upd:HandlerSpecificData xsi:type="cmd:CommandLineInstallation" \
      xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><cmd:InstallCommand Program="\(first.file.fileName)" \
      Arguments="/quiet /norestart"><cmd:ReturnCode Code="0" Result="Succeeded" />\
      <cmd:ReturnCode Code="3010" Result="Succeeded" Reboot="true" /></cmd:InstallCommand></upd:HandlerSpecificData>
      """
    return Array(text.utf8)
  }
}
