import UpdateModel

/// How many units a catalogue has and how long its files are.
///
/// Costs a pass over all unit plans, without documents; keeps a few numbers.
struct CatalogueLayout: Sendable {
  let shape: CatalogueShape
  let categories: CategoryPlan
  /// Units of the first catalogue, then of each month of growth.
  private(set) var months: [Range<Int>] = []
  private var plain: [Range<Int>] = []
  /// Multiplies a file's weight to give its bytes.
  private(set) var bytesPerWeight = 0.0

  init(shape: CatalogueShape) {
    self.shape = shape
    categories = CategoryPlan(shape: shape)
    add(revisions: shape.revisions - categories.count)
    let weight = totalWeight()
    bytesPerWeight = weight > 0 ? Double(shape.contentSize) / weight : 0
  }

  /// Units so far.
  var count: Int { months.last?.upperBound ?? 0 }

  func plan(_ index: Int) -> UnitPlan {
    let isPlain = plain.contains { $0.contains(index) }
    return UnitPlan(index, categories: categories, languages: shape.languages.count, isPlain: isPlain)
  }

  /// Appends units that have exactly this many revisions.
  mutating func add(revisions: Int) {
    let start = count
    var next = start
    var rest = max(0, revisions)
    while rest > 0 {
      let size = UnitPlan(next, categories: categories, languages: shape.languages.count, isPlain: false).size
      if size > rest { break }
      rest -= size
      next += 1
    }
    if rest > 0 { plain.append(next..<(next + rest)) }
    months.append(start..<(next + rest))
  }

  func length(of file: FilePlan) -> Int64 { max(1, Int64(file.weight * bytesPerWeight)) }

  private func totalWeight() -> Double {
    var sum = FilePlan.shared(seed: shape.seed).reduce(0) { $0 + $1.weight }
    for index in 0..<count {
      let unit = plan(index)
      for revision in 0..<unit.revisions {
        for owner in FilePlan.owners(of: unit) {
          let files = FilePlan.files(of: unit, owner: owner, revision: revision, shape: shape)
          sum += files.reduce(0) { $0 + ($1.isNew ? $1.weight : 0) }
        }
      }
    }
    return sum
  }
}
