public import UpdateModel

/// What happens to a generated catalogue in a month: new updates, new revisions of older ones,
/// expiries and declines. Equal catalogues and numbers give equal bytes.
public struct CatalogueGrowth: Sendable {
  /// Exactly this many revisions are added.
  public let count: Int
  /// Updates that the administrator declines.
  public let declines: [GUID]
  let layout: CatalogueLayout
  let units: Range<Int>
  let steps: [RevisionIterator.Step]

  /// Makes the new revisions; they refer to those of the catalogue and of earlier months.
  public func revisions() -> RevisionIterator {
    RevisionIterator(layout: layout, hasConfiguration: false, units: units, steps: steps)
  }

  /// - Parameter month: 1 for the first; earlier months must have had the same number of revisions.
  init(base: CatalogueLayout, month: Int, revisions: Int) {
    var layout = base
    var planned = Planned(steps: [], rest: 0)
    for month in 1...max(1, month) {
      planned = Self.older(base, month: month, budget: revisions / 5)
      layout.add(revisions: revisions - revisions / 5 + planned.rest)
    }
    count = revisions
    self.layout = layout
    units = layout.months.last ?? 0..<0
    steps = planned.steps
    declines = Self.declines(base, month: month, count: min(20, revisions / 20))
  }

  private struct Planned {
    let steps: [RevisionIterator.Step]
    let rest: Int
  }

  /// Further revisions of units of the first catalogue, every fourth of them an expiry.
  private static func older(_ base: CatalogueLayout, month: Int, budget: Int) -> Planned {
    var stream = SplitMix(base.shape.seed, 500, UInt64(month))
    var seen: Set<Int> = []
    var steps: [RevisionIterator.Step] = []
    var rest = budget
    for _ in 0..<(budget * 4) where rest > 0 && base.count > 0 {
      let unit = base.plan(stream.below(base.count))
      let cost = unit.members + 1
      guard cost <= rest, seen.insert(unit.index).inserted else { continue }
      let number = unit.revisions + month - 1
      steps.append(.init(unit: unit.index, revisions: number..<(number + 1), expires: steps.count % 4 == 3))
      rest -= cost
    }
    return Planned(steps: steps, rest: rest)
  }

  private static func declines(_ base: CatalogueLayout, month: Int, count: Int) -> [GUID] {
    var stream = SplitMix(base.shape.seed, 501, UInt64(month))
    let units = Set((0..<count).map { _ in stream.below(max(1, base.count)) }).sorted()
    return base.count == 0 ? [] : units.map { UnitRevisions.topLevel($0, base.categories) }
  }
}
