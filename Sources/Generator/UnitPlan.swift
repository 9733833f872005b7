import UpdateModel

/// One top-level update of the generated catalogue with its members and revisions.
///
/// A unit is decided by its number alone, so any unit can be asked for at any time and nothing
/// has to be remembered. Units 64 apart form supersedence chains.
struct UnitPlan: Sendable {
  enum Form: Sendable {
    /// Owns its files.
    case single
    /// Owns no files; the members do.
    case bundle(members: Int)
    case driver
  }

  let index: Int
  let form: Form
  /// How many revisions of the update there are from the start.
  let revisions: Int
  let product: Int
  let classification: Int
  /// Decides titles; the same in a whole chain.
  let chain: Int
  /// Earlier units that this one replaces, the newest first.
  let superseded: [Int]
  /// An earlier unit that must be installed.
  let prerequisite: Int?
  let detectoids: [Int]
  let eula: Int?
  /// Only for this language.
  let language: Int?
  let isExpired: Bool
  let isEncrypted: Bool
  let isSecure: Bool
  let hasExpressFiles: Bool

  var members: Int { if case .bundle(let members) = form { members } else { 0 } }
  /// Revisions of all updates in the unit, from the start.
  var size: Int { revisions * (members + 1) }

  private static let lanes = 64

  /// - Parameter isPlain: one update with one revision, to fill up a catalogue exactly.
  init(_ index: Int, categories: CategoryPlan, languages: Int, isPlain: Bool) {
    self.index = index
    let chain = Self.chainStart(of: index, seed: categories.seed)
    self.chain = chain
    var common = SplitMix(categories.seed, 100, UInt64(chain))
    product = common.below(categories.products)
    let form = Self.form(&common)
    classification = Self.classification(of: form, &common)
    var own = SplitMix(categories.seed, 101, UInt64(index))
    self.form = isPlain ? .single : form
    let dice = own.below(100)
    revisions = isPlain || dice < 86 ? 1 : dice < 96 ? 2 : 3
    superseded = stride(from: index - Self.lanes, through: chain, by: -Self.lanes).prefix(6).map { $0 }
    prerequisite = index > 0 && own.chance(15) ? own.below(index) : nil
    detectoids = (0..<(1 + own.below(3))).map { _ in own.below(categories.detectoids) }
    eula = own.chance(3) ? own.below(12) : nil
    language = own.chance(4) ? own.below(languages) : nil
    isExpired = own.chance(4)
    isEncrypted = own.chance(1)
    isSecure = own.chance(1)
    hasExpressFiles = own.chance(3)
  }

  private static func form(_ stream: inout SplitMix) -> Form {
    let dice = stream.below(100)
    if dice < 60 { return .bundle(members: 1 + stream.below(5)) }
    return dice < 87 ? .single : .driver
  }

  private static func classification(of form: Form, _ stream: inout SplitMix) -> Int {
    if case .driver = form { return Words.driverClassification }
    return stream.pick(Words.commonClassifications)
  }

  /// Walks back while a unit continues the one a lane before; a lane breaks every 24 units.
  private static func chainStart(of index: Int, seed: UInt64) -> Int {
    var start = index
    while start >= lanes, start / lanes % 24 != 0 {
      var stream = SplitMix(seed, 102, UInt64(start))
      guard stream.chance(72) else { break }
      start -= lanes
    }
    return start
  }
}
