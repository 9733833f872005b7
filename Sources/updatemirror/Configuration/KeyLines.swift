/// The line on which each key of a TOML text stands.
///
/// The TOML library tells no positions of keys, so this reads just enough of the
/// text to find them: table headers, and keys at the start of a line.
struct KeyLines: Sendable {
  private var lineOfPath: [String: Int] = [:]

  init(text: String) {
    var header: [String] = []
    var skip = OpenValue.none
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let content = Substring(line.drop { $0 == " " || $0 == "\t" })
      if skip != .none {
        skip = skip.after(content)
        continue
      }
      if content.first == "[" {
        header = Self.path(content.drop { $0 == "[" }, until: "]")
        note(header, index + 1)
      } else if let equals = Self.equalsSign(in: content) {
        note(header + Self.path(content[..<equals], until: "="), index + 1)
        skip = OpenValue.none.after(content[content.index(after: equals)...])
      }
    }
  }

  /// The line of a key, or of the nearest table around it; nil when neither was found.
  func line(of path: [String]) -> Int? {
    var path = path
    while !path.isEmpty {
      if let line = lineOfPath[path.joined(separator: ".")] { return line }
      path.removeLast()
    }
    return nil
  }

  private mutating func note(_ path: [String], _ line: Int) {
    for length in 1...max(1, path.count) where length <= path.count {
      let key = path.prefix(length).joined(separator: ".")
      if lineOfPath[key] == nil || length == path.count { lineOfPath[key] = line }
    }
  }

  private static func equalsSign(in line: Substring) -> Substring.Index? {
    guard let first = line.first, first != "#" else { return nil }
    var quote: Character?
    for index in line.indices {
      let character = line[index]
      if let open = quote {
        if character == open { quote = nil }
      } else if character == "\"" || character == "'" {
        quote = character
      } else if character == "=" {
        return index
      }
    }
    return nil
  }

  private static func path(_ text: Substring, until end: Character) -> [String] {
    var parts = [""]
    var quote: Character?
    for character in text {
      if let open = quote {
        if character == open { quote = nil } else { parts[parts.count - 1].append(character) }
      } else if character == end {
        break
      } else if character == "\"" || character == "'" {
        quote = character
      } else if character == "." {
        parts.append("")
      } else if character != " " && character != "\t" && character != "\r" {
        parts[parts.count - 1].append(character)
      }
    }
    return parts
  }
}

/// A value that goes on over the end of its line.
private enum OpenValue: Equatable {
  case none
  case array(depth: Int)
  case longText(delimiter: String)

  /// What is open after this line of value text.
  func after(_ line: Substring) -> OpenValue {
    if case .longText(let delimiter) = self {
      return line.ranges(of: delimiter).count.isMultiple(of: 2) ? self : .none
    }
    for delimiter in ["\"\"\"", "'''"] where !line.ranges(of: delimiter).count.isMultiple(of: 2) {
      return .longText(delimiter: delimiter)
    }
    var depth = 0
    if case .array(let open) = self { depth = open }
    var quote: Character?
    for character in line {
      if let open = quote {
        if character == open { quote = nil }
        continue
      }
      switch character {
      case "\"", "'": quote = character
      case "[": depth += 1
      case "]": depth -= 1
      case "#": return depth > 0 ? .array(depth: depth) : .none
      default: break
      }
    }
    return depth > 0 ? .array(depth: depth) : .none
  }
}
