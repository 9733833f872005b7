/// A regular expression whose search takes a time proportional to its size and the title's: all ways through it are
/// walked at once, none is ever tried again.
struct TitlePattern {
  /// What is wrong with an expression.
  struct Problem: Error {
    let text: String

    init(_ text: String) { self.text = text }

    static let tooLong = Problem("title: expected at most \(TitleExpression.lengthLimit) characters")
  }

  /// `{m,n}` is written out, so nested ones grow fast.
  static let sizeLimit = 4_000

  private let steps: [Step]

  enum Step {
    case character(CharacterTest)
    case assertion(Assertion)
    /// Both ways.
    case fork(Int, Int)
    case jump(Int)
    case found
  }

  enum Assertion {
    case start
    case end
    case wordBoundary
  }

  init(_ text: String) throws(Problem) {
    guard text.count <= TitleExpression.lengthLimit else { throw .tooLong }
    var parser = TitlePatternParser(text)
    var writer = TitlePatternWriter()
    try writer.write(try parser.parse())
    steps = try writer.finish()
  }

  /// Whether it matches anywhere in the title.
  func isFound(in title: String) -> Bool {
    let text = title.unicodeScalars.prefix(TitleExpression.titleLimit).map(FoldedScalar.init)
    var ways = Ways(steps.count)
    var next = Ways(steps.count)
    for position in 0...text.count {
      if follow(0, &ways, text, position) { return true }
      guard position < text.count else { return false }
      next.removeAll()
      for way in ways.members {
        guard case .character(let test) = steps[way], test.accepts(text[position]) else { continue }
        if follow(way + 1, &next, text, position + 1) { return true }
      }
      swap(&ways, &next)
    }
    return false
  }

  /// Adds a step and all that follow without reading a character.
  ///
  /// - Returns: whether the end is among them.
  private func follow(_ first: Int, _ ways: inout Ways, _ text: [FoldedScalar], _ position: Int) -> Bool {
    var open = [first]
    while let step = open.popLast() {
      guard ways.insert(step) else { continue }
      switch steps[step] {
      case .character: continue
      case .found: return true
      case .jump(let target): open.append(target)
      case .fork(let first, let second): open += [second, first]
      case .assertion(let assertion):
        if assertion.holds(text, position) { open.append(step + 1) }
      }
    }
    return false
  }

  /// A set of steps that is cheap to empty.
  private struct Ways {
    private(set) var members: [Int] = []
    private var isMember: [Bool]

    init(_ count: Int) { isMember = [Bool](repeating: false, count: count) }

    mutating func insert(_ step: Int) -> Bool {
      guard !isMember[step] else { return false }
      isMember[step] = true
      members.append(step)
      return true
    }

    mutating func removeAll() {
      for step in members { isMember[step] = false }
      members.removeAll(keepingCapacity: true)
    }
  }
}

extension TitlePattern.Assertion {
  func holds(_ text: [FoldedScalar], _ position: Int) -> Bool {
    switch self {
    case .start: return position == 0
    case .end: return position == text.count
    case .wordBoundary:
      let before = position > 0 && CharacterTest.word.accepts(text[position - 1])
      let after = position < text.count && CharacterTest.word.accepts(text[position])
      return before != after
    }
  }
}

/// A character of a title in both letter cases.
struct FoldedScalar {
  let lower: Unicode.Scalar
  let upper: Unicode.Scalar

  init(_ scalar: Unicode.Scalar) {
    lower = Self.only(scalar.properties.lowercaseMapping) ?? scalar
    upper = Self.only(scalar.properties.uppercaseMapping) ?? scalar
  }

  private static func only(_ mapping: String) -> Unicode.Scalar? {
    mapping.unicodeScalars.count == 1 ? mapping.unicodeScalars.first : nil
  }
}

/// Which characters a step reads.
struct CharacterTest: Equatable {
  enum Kind: Equatable {
    case digit
    case word
    case space
  }

  var ranges: [ClosedRange<UInt32>] = []
  var kinds: [Kind] = []
  /// All that are not of the kind: `\D`, `\W`, `\S`.
  var otherKinds: [Kind] = []
  var isNegated = false

  static let any = CharacterTest(isNegated: true)
  static let word = CharacterTest(kinds: [.word])

  static func one(_ scalar: Unicode.Scalar) -> CharacterTest { CharacterTest(ranges: [scalar.value...scalar.value]) }

  func accepts(_ scalar: FoldedScalar) -> Bool {
    let isListed =
      ranges.contains { $0.contains(scalar.lower.value) || $0.contains(scalar.upper.value) }
      || kinds.contains { $0.accepts(scalar.lower) } || otherKinds.contains { !$0.accepts(scalar.lower) }
    return isListed != isNegated
  }
}

extension CharacterTest.Kind {
  func accepts(_ scalar: Unicode.Scalar) -> Bool {
    switch self {
    case .digit: scalar.properties.numericType == .decimal
    case .word: scalar == "_" || scalar.properties.isAlphabetic || scalar.properties.numericType != nil
    case .space: scalar.properties.isWhitespace
    }
  }
}
