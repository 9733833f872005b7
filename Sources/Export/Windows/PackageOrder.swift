import UpdateModel

/// In which order revisions stand in a package: detectoids, classifications, companies, families, products, other
/// categories, updates; each behind those of its own section that it names, bundles behind their members.
///
/// The order is told in levels: what is on one level names nothing on the same one, and stands as it was published. So
/// a package is written by going through the catalogue once for each level, with no document in memory.
struct PackageOrder {
  enum Section: Int, CaseIterable {
    case detectoid, classification, company, family, product, otherCategory, update

    init(_ kind: UpdateKind) {
      switch kind {
      case .detectoid: self = .detectoid
      case .category(.updateClassification): self = .classification
      case .category(.company): self = .company
      case .category(.productFamily): self = .family
      case .category(.product): self = .product
      case .category(.other): self = .otherCategory
      case .software, .driver, .other: self = .update
      }
    }
  }

  /// A revision that names others which may have to stand before it.
  private struct Waiting {
    let identity: UpdateIdentity
    let needs: [UpdateIdentity]
  }

  /// Nested more deeply than this, or in a circle, the rest stands as it was published.
  static let levelLimit = 64

  private(set) var levelCount = 0
  /// How many revisions each section has.
  private(set) var counts = [Int](repeating: 0, count: Section.allCases.count)
  private var levels: [UpdateIdentity: UInt16] = [:]
  private var sections: [[UpdateIdentity]] = Array(repeating: [], count: Section.allCases.count)
  private var members: [UpdateIdentity: [UpdateIdentity]] = [:]
  private var parents: [UpdateIdentity: [GUID]] = [:]
  /// Categories and detectoids by their updates.
  private var configuration: [GUID: (section: Section, identities: [UpdateIdentity])] = [:]

  /// Takes the revisions in the order of publication.
  mutating func add(_ metadata: UpdateMetadata) {
    let identity = metadata.identity
    let section = Section(metadata.kind)
    counts[section.rawValue] += 1
    sections[section.rawValue].append(identity)
    if section == .update {
      let named = metadata.bundledUpdates.flatMap(\.identities)
      if !named.isEmpty { members[identity] = named }
    } else {
      configuration[identity.updateID, default: (section, [])].identities.append(identity)
      let named = metadata.prerequisites.flatMap(\.updateIDs)
      if !named.isEmpty { parents[identity] = named }
    }
  }

  /// Finds the levels, once all revisions were added.
  mutating func finish() {
    for section in Section.allCases { place(section) }
    sections = []
    members = [:]
    parents = [:]
  }

  /// 0 to ``levelCount`` - 1; nil for what was not added.
  func level(of identity: UpdateIdentity) -> Int? { levels[identity].map(Int.init) }

  /// What a category is; nil for updates and for what was not added.
  func section(ofCategory updateID: GUID) -> Section? { configuration[updateID]?.section }

  private mutating func place(_ section: Section) {
    let all = sections[section.rawValue]
    guard !all.isEmpty else { return }
    let inside = Set(all)
    var waiting: [Waiting] = []
    for identity in all {
      let needs = named(by: identity, section).filter { $0 != identity && inside.contains($0) }
      if needs.isEmpty { put(identity) } else { waiting.append(Waiting(identity: identity, needs: needs)) }
    }
    levelCount += 1
    var depth = 1
    while !waiting.isEmpty {
      var ready = waiting.filter { $0.needs.allSatisfy { levels[$0] != nil } }
      if ready.isEmpty || depth == Self.levelLimit { ready = waiting }
      let placed = Set(ready.map(\.identity))
      waiting.removeAll { placed.contains($0.identity) }
      for next in ready { put(next.identity) }
      levelCount += 1
      depth += 1
    }
  }

  private mutating func put(_ identity: UpdateIdentity) { levels[identity] = UInt16(levelCount) }

  private func named(by identity: UpdateIdentity, _ section: Section) -> [UpdateIdentity] {
    if section == .update { return members[identity] ?? [] }
    return (parents[identity] ?? []).flatMap { configuration[$0]?.identities ?? [] }
  }
}
