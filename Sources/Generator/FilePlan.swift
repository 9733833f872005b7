/// One content file before its bytes are known.
struct FilePlan: Sendable {
  let name: String
  /// Decides every byte of the content.
  let contentSeed: UInt64
  let isExpress: Bool
  /// False for a file that another revision or update also has.
  let isNew: Bool

  private static let sharedCount = 40

  /// A share of the catalogue's bytes: a few files are hundreds of times longer than the middle one.
  var weight: Double {
    var stream = SplitMix(contentSeed, 7)
    return PowerOfTwo.near(stream.bell() * 2)
  }

  /// Which updates of a unit own files: members by number, or the update itself (-1).
  static func owners(of unit: UnitPlan) -> [Int] {
    unit.members > 0 ? Array(0..<unit.members) : [-1]
  }

  /// The files of one update's revision: as many as the shape says, or three on average for a member of a bundle.
  static func files(of unit: UnitPlan, owner: Int, revision: Int, shape: CatalogueShape) -> [FilePlan] {
    let seed = shape.seed
    var stream = SplitMix(seed, 200, UInt64(unit.index), UInt64(owner + 1))
    let usual = unit.members > 0 ? 1 + stream.below(5) : 1 + stream.below(2)
    var files = (0..<(shape.filesPerUpdate ?? usual)).map { index in
      file(of: unit, owner: owner, index: index, revision: revision, seed: seed, &stream)
    }
    if unit.hasExpressFiles, let first = files.first {
      let name = first.name.split(separator: ".").dropLast().joined(separator: ".") + ".psf"
      let seed = SplitMix.mixed(first.contentSeed ^ 0x5053_4600)
      files.append(FilePlan(name: name, contentSeed: seed, isExpress: true, isNew: first.isNew))
    }
    return files
  }

  private static func file(
    of unit: UnitPlan, owner: Int, index: Int, revision: Int, seed: UInt64, _ stream: inout SplitMix
  ) -> FilePlan {
    let dice = stream.below(100)
    // Runtimes that many updates carry.
    if dice < 4 { return shared(stream.below(sharedCount), seed: seed) }
    // Every third file stays the same from revision to revision.
    let version = dice < 35 ? 0 : revision
    let parts = [UInt64(unit.index), UInt64(owner + 1), UInt64(index), UInt64(version)]
    var content = SplitMix(seed, 201, parts[0] << 32 | parts[1] << 24 | parts[2] << 16 | parts[3])
    let stem = Words.fileStems[Int(SplitMix.mixed(parts[0]) % UInt64(Words.fileStems.count))]
    let suffix = unit.isDriver ? ".cab" : Words.fileSuffixes[stream.below(Words.fileSuffixes.count)]
    let name = "\(stem)-kb\(unit.kbNumber)-\(owner + 2)\(index)-v\(version + 1)\(suffix)"
    return FilePlan(name: name, contentSeed: content.next(), isExpress: false, isNew: version == revision)
  }

  static func shared(seed: UInt64) -> [FilePlan] { (0..<sharedCount).map { shared($0, seed: seed) } }

  private static func shared(_ index: Int, seed: UInt64) -> FilePlan {
    var content = SplitMix(seed, 202, UInt64(index))
    return FilePlan(
      name: "runtime-redistributable-\(index + 1).cab", contentSeed: content.next(), isExpress: false, isNew: false)
  }
}

extension UnitPlan {
  var isDriver: Bool { if case .driver = form { true } else { false } }
  var kbNumber: Int { 5_000_000 + index }
}
