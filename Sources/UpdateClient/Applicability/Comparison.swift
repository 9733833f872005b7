/// How rules compare numbers and versions (`ScalarComparison`).
enum ScalarComparison: String {
  case lessThan = "LessThan"
  case lessThanOrEqualTo = "LessThanOrEqualTo"
  case equalTo = "EqualTo"
  case greaterThanOrEqualTo = "GreaterThanOrEqualTo"
  case greaterThan = "GreaterThan"

  func compare<Value: Comparable>(_ found: Value, _ expected: Value) -> Bool {
    switch self {
    case .lessThan: found < expected
    case .lessThanOrEqualTo: found <= expected
    case .equalTo: found == expected
    case .greaterThanOrEqualTo: found >= expected
    case .greaterThan: found > expected
    }
  }
}

/// How rules compare texts (`StringComparison`); letter case does not count.
enum StringComparison: String {
  case equalTo = "EqualTo"
  case beginsWith = "BeginsWith"
  case contains = "Contains"
  case endsWith = "EndsWith"

  func compare(_ found: String, _ expected: String) -> Bool {
    let (found, expected) = (found.lowercased(), expected.lowercased())
    return switch self {
    case .equalTo: found == expected
    case .beginsWith: found.hasPrefix(expected)
    case .contains: found.contains(expected)
    case .endsWith: found.hasSuffix(expected)
    }
  }
}

/// A version of up to four numbers with dots between; what is not written is 0.
struct FileVersion: Comparable {
  let parts: [UInt32]

  init?(_ text: String) {
    let words = text.split(separator: ".", omittingEmptySubsequences: false)
    let numbers = words.compactMap { word in
      word.utf8.allSatisfy { (0x30...0x39).contains($0) } ? UInt32(word) : nil
    }
    guard (1...4).contains(words.count), numbers.count == words.count else { return nil }
    parts = numbers + [UInt32](repeating: 0, count: 4 - numbers.count)
  }

  static func < (left: FileVersion, right: FileVersion) -> Bool {
    left.parts.lexicographicallyPrecedes(right.parts)
  }
}

extension ScalarComparison {
  /// nil for what is not a version.
  func compare(versions found: String, _ expected: String) -> Bool? {
    guard let found = FileVersion(found), let expected = FileVersion(expected) else { return nil }
    return compare(found, expected)
  }
}
