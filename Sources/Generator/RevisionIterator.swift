public import Sealing

/// Makes revisions one after the other; each names only identities that are earlier or in the same catalogue.
///
/// Nothing is kept between two calls but a position.
public struct RevisionIterator: Sendable {
  /// Revisions of one unit that follow each other.
  struct Step: Sendable {
    let unit: Int
    /// Revision numbers of the generator: 0 is the first.
    let revisions: Range<Int>
    let expires: Bool
  }

  private let configuration: ConfigurationRevisions
  private let layout: CatalogueLayout
  private var nextConfiguration: Int
  private var nextUnit: Int
  private let endUnit: Int
  private var steps: [Step]
  private var current: UnitRevisions?
  private var step = Step(unit: 0, revisions: 0..<0, expires: false)
  private var revision = 0
  private var owner = 0

  /// - Parameters:
  ///   - units: all their first revisions.
  ///   - steps: further revisions, after the units.
  init(layout: CatalogueLayout, hasConfiguration: Bool, units: Range<Int>, steps: [Step] = []) {
    self.layout = layout
    configuration = ConfigurationRevisions(shape: layout.shape, categories: layout.categories)
    nextConfiguration = hasConfiguration ? 0 : layout.categories.count
    nextUnit = units.lowerBound
    endUnit = units.upperBound
    self.steps = steps.reversed()
  }

  /// - Returns: nil after the last one.
  /// - Throws: ``SealingError`` when the digest library fails.
  public mutating func next() throws(SealingError) -> GeneratedRevision? {
    if nextConfiguration < layout.categories.count {
      defer { nextConfiguration += 1 }
      return configuration.revision(nextConfiguration)
    }
    guard let unit = currentUnit() else { return nil }
    let isLast = revision == step.revisions.upperBound - 1
    let made = try unit.revision(revision, owner: owner, isExpired: isLast && step.expires)
    advance(members: unit.unit.members)
    return made
  }

  private mutating func currentUnit() -> UnitRevisions? {
    if let current, revision < step.revisions.upperBound { return current }
    guard let next = nextStep() else { return nil }
    let unit = layout.plan(next.unit)
    step = next
    revision = next.revisions.lowerBound
    owner = unit.members > 0 ? 0 : -1
    let made = UnitRevisions(layout: layout, unit: unit)
    current = made
    return made
  }

  private mutating func nextStep() -> Step? {
    guard nextUnit < endUnit else { return steps.popLast() }
    let plan = layout.plan(nextUnit)
    nextUnit += 1
    return Step(unit: plan.index, revisions: 0..<plan.revisions, expires: plan.isExpired)
  }

  /// Members in order, then the update itself, then the next revision.
  private mutating func advance(members: Int) {
    if owner < 0 {
      revision += 1
      owner = members > 0 ? 0 : -1
    } else {
      owner = owner + 1 < members ? owner + 1 : -1
    }
  }
}
