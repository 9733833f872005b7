/// Columns of text, as wide as their widest cell; the last one is not padded.
struct TextTable {
  enum Alignment {
    case left
    case right
  }

  let titles: [String]
  let alignments: [Alignment]
  private(set) var rows: [[String]] = []

  /// - Parameter alignments: left for every column that is not named.
  init(_ titles: [String], alignments: [Int: Alignment] = [:]) {
    self.titles = titles
    self.alignments = titles.indices.map { alignments[$0] ?? .left }
  }

  mutating func add(_ cells: [String]) { rows.append(cells.map(Self.plain)) }

  var text: String {
    let widths = titles.indices.map { column in
      ([titles] + rows).map { $0.indices.contains(column) ? $0[column].count : 0 }.max() ?? 0
    }
    return ([titles] + rows).map { line($0, widths) }.joined(separator: "\n")
  }

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    let padded = cells.enumerated().map { column, cell in
      let gap = String(repeating: " ", count: max(0, widths[column] - cell.count))
      return alignments[column] == .right ? gap + cell : cell + gap
    }
    var text = padded.joined(separator: "  ")
    while text.last == " " { text.removeLast() }
    return text
  }

  /// Titles come from other servers: control characters never reach the terminal.
  static func plain(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return text }
    return String(
      String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
  }
}

/// `name: value` lines with aligned values.
enum FieldList {
  static func text(_ fields: [(name: String, value: String)]) -> String {
    let width = fields.map(\.name.count).max() ?? 0
    return fields.map { field in
      let gap = String(repeating: " ", count: width - field.name.count + 2)
      return "\(field.name)\(gap)\(TextTable.plain(field.value))"
    }.joined(separator: "\n")
  }
}
