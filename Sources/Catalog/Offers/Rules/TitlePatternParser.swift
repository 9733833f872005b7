/// What an expression says.
indirect enum TitlePatternNode {
  case sequence([TitlePatternNode])
  case choice([TitlePatternNode])
  case repetition(TitlePatternNode, minimum: Int, maximum: Int?)
  case character(CharacterTest)
  case assertion(TitlePattern.Assertion)
}

/// Reads an expression.
struct TitlePatternParser {
  private let text: [Unicode.Scalar]
  private var position = 0
  private var depth = 0

  private static let depthLimit = 50
  private static let countLimit = 1_000

  init(_ text: String) { self.text = Array(text.unicodeScalars) }

  mutating func parse() throws(TitlePattern.Problem) -> TitlePatternNode {
    guard !text.isEmpty else { throw problem("some text") }
    let node = try choice()
    guard position == text.count else { throw problem("no \")\" without \"(\"") }
    return node
  }

  private var next: Unicode.Scalar? { position < text.count ? text[position] : nil }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard next == scalar else { return false }
    position += 1
    return true
  }

  private func problem(_ expected: String) -> TitlePattern.Problem {
    let found = next.map { "\"\($0)\"" } ?? "the end"
    return TitlePattern.Problem("title: expected \(expected) at character \(position + 1), found \(found)")
  }

  private mutating func choice() throws(TitlePattern.Problem) -> TitlePatternNode {
    var ways = [try sequence()]
    while take("|") { ways.append(try sequence()) }
    return ways.count == 1 ? ways[0] : .choice(ways)
  }

  private mutating func sequence() throws(TitlePattern.Problem) -> TitlePatternNode {
    var nodes: [TitlePatternNode] = []
    while let scalar = next, scalar != "|", scalar != ")" { nodes.append(try repetition()) }
    return .sequence(nodes)
  }

  private mutating func repetition() throws(TitlePattern.Problem) -> TitlePatternNode {
    var node = try atom()
    while let scalar = next {
      switch scalar {
      case "*": node = .repetition(node, minimum: 0, maximum: nil)
      case "+": node = .repetition(node, minimum: 1, maximum: nil)
      // After another count this asks for the shortest match, and there is no difference in whether one is found.
      case "?": node = .repetition(node, minimum: 0, maximum: 1)
      case "{":
        node = try counted(node)
        _ = take("?")
        continue
      default: return node
      }
      position += 1
      if scalar != "?" { _ = take("?") }
    }
    return node
  }

  private mutating func counted(_ node: TitlePatternNode) throws(TitlePattern.Problem) -> TitlePatternNode {
    position += 1
    let minimum = try number()
    var maximum: Int? = minimum
    if take(",") { maximum = next == "}" ? nil : try number() }
    guard take("}") else { throw problem("\"}\"") }
    guard maximum.map({ $0 >= minimum }) ?? true else { throw problem("a highest count that is not below the lowest") }
    return .repetition(node, minimum: minimum, maximum: maximum)
  }

  private mutating func number() throws(TitlePattern.Problem) -> Int {
    var value: Int?
    while let scalar = next, ("0"..."9").contains(scalar), value ?? 0 <= Self.countLimit {
      value = (value ?? 0) * 10 + Int(scalar.value - 0x30)
      position += 1
    }
    guard let value, value <= Self.countLimit else { throw problem("a count up to \(Self.countLimit)") }
    return value
  }

  private mutating func atom() throws(TitlePattern.Problem) -> TitlePatternNode {
    guard let scalar = next else { throw problem("a character") }
    switch scalar {
    case "(": return try group()
    case "[": return .character(try brackets())
    case "*", "+", "?", "{": throw problem("something to repeat")
    default: break
    }
    position += 1
    switch scalar {
    case ".": return .character(.any)
    case "^": return .assertion(.start)
    case "$": return .assertion(.end)
    case "\\": return try escape()
    default: return .character(.one(scalar))
    }
  }

  private mutating func group() throws(TitlePattern.Problem) -> TitlePatternNode {
    position += 1
    depth += 1
    guard depth <= Self.depthLimit else { throw problem("at most \(Self.depthLimit) parentheses in each other") }
    if take("?"), !take(":") { throw problem("\":\" after \"(?\"") }
    let node = try choice()
    guard take(")") else { throw problem("\")\"") }
    depth -= 1
    return node
  }

  /// After the backslash.
  private mutating func escape() throws(TitlePattern.Problem) -> TitlePatternNode {
    guard let scalar = next else { throw problem("a character after \"\\\"") }
    position += 1
    if scalar == "b" { return .assertion(.wordBoundary) }
    if let test = CharacterTest(escape: scalar) { return .character(test) }
    return .character(.one(try literal(scalar)))
  }

  /// Letters and digits mean nothing after a backslash, so that a mistake is told.
  private func literal(_ scalar: Unicode.Scalar) throws(TitlePattern.Problem) -> Unicode.Scalar {
    guard !scalar.properties.isAlphabetic, !("0"..."9").contains(scalar) else {
      throw TitlePattern.Problem("title: \"\\\(scalar)\" is not known; expected \\b, \\d, \\w, \\s or a sign")
    }
    return scalar
  }

  private mutating func brackets() throws(TitlePattern.Problem) -> CharacterTest {
    position += 1
    var test = CharacterTest(isNegated: take("^"))
    var isFirst = true
    while let scalar = next, isFirst || scalar != "]" {
      isFirst = false
      position += 1
      if scalar == "\\", let escaped = next, let listed = CharacterTest(escape: escaped) {
        position += 1
        test.kinds += listed.kinds
        test.otherKinds += listed.otherKinds
        continue
      }
      let low = try member(scalar)
      test.ranges.append(try range(from: low))
    }
    guard take("]") else { throw problem("\"]\"") }
    return test
  }

  private mutating func member(_ scalar: Unicode.Scalar) throws(TitlePattern.Problem) -> Unicode.Scalar {
    guard scalar == "\\" else { return scalar }
    guard let escaped = next else { throw problem("a character after \"\\\"") }
    position += 1
    return try literal(escaped)
  }

  private mutating func range(from low: Unicode.Scalar) throws(TitlePattern.Problem) -> ClosedRange<UInt32> {
    guard next == "-", position + 1 < text.count, text[position + 1] != "]" else { return low.value...low.value }
    position += 1
    let scalar = text[position]
    position += 1
    let high = try member(scalar)
    guard high >= low else { throw TitlePattern.Problem("title: the range \(low)-\(high) is the wrong way round") }
    return low.value...high.value
  }
}

extension CharacterTest {
  fileprivate init?(escape: Unicode.Scalar) {
    switch escape {
    case "d": self.init(kinds: [.digit])
    case "w": self.init(kinds: [.word])
    case "s": self.init(kinds: [.space])
    case "D": self.init(otherKinds: [.digit])
    case "W": self.init(otherKinds: [.word])
    case "S": self.init(otherKinds: [.space])
    default: return nil
    }
  }
}

/// Writes an expression out as steps.
struct TitlePatternWriter {
  private var steps: [TitlePattern.Step] = []
  /// Also of what takes no steps, such as `()`.
  private var written = 0

  private static let tooLarge = TitlePattern.Problem(
    "title: written out, the repetitions take more than \(TitlePattern.sizeLimit) steps")

  mutating func write(_ node: TitlePatternNode) throws(TitlePattern.Problem) {
    written += 1
    guard written <= TitlePattern.sizeLimit * 4 else { throw Self.tooLarge }
    switch node {
    case .sequence(let nodes): for node in nodes { try write(node) }
    case .choice(let ways): try write(ways: ways[...])
    case .repetition(let node, let minimum, let maximum): try write(node, minimum, maximum)
    case .character(let test): try append(.character(test))
    case .assertion(let assertion): try append(.assertion(assertion))
    }
  }

  mutating func finish() throws(TitlePattern.Problem) -> [TitlePattern.Step] {
    try append(.found)
    return steps
  }

  private mutating func append(_ step: TitlePattern.Step) throws(TitlePattern.Problem) {
    guard steps.count < TitlePattern.sizeLimit else { throw Self.tooLarge }
    steps.append(step)
  }

  private mutating func write(ways: ArraySlice<TitlePatternNode>) throws(TitlePattern.Problem) {
    guard let first = ways.first else { return }
    guard ways.count > 1 else { return try write(first) }
    let fork = steps.count
    try append(.fork(0, 0))
    try write(first)
    let jump = steps.count
    try append(.jump(0))
    steps[fork] = .fork(fork + 1, steps.count)
    try write(ways: ways.dropFirst())
    steps[jump] = .jump(steps.count)
  }

  private mutating func write(
    _ node: TitlePatternNode, _ minimum: Int, _ maximum: Int?
  ) throws(TitlePattern.Problem) {
    for _ in 0..<minimum { try write(node) }
    guard let maximum else { return try writeLoop(node) }
    var forks: [Int] = []
    for _ in minimum..<maximum {
      forks.append(steps.count)
      try append(.fork(0, 0))
      try write(node)
    }
    for fork in forks { steps[fork] = .fork(fork + 1, steps.count) }
  }

  private mutating func writeLoop(_ node: TitlePatternNode) throws(TitlePattern.Problem) {
    let fork = steps.count
    try append(.fork(0, 0))
    try write(node)
    try append(.jump(fork))
    steps[fork] = .fork(fork + 1, steps.count)
  }
}
