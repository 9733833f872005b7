/// Rows of cells as RFC 4180 has them, for spreadsheets.
///
/// Names and titles come from computers and other servers: no cell can begin a formula, and none holds control
/// characters.
struct CSVTable {
  private(set) var text = ""

  init(_ titles: [String]) { add(titles) }

  mutating func add(_ cells: [String]) { text += cells.map(Self.cell).joined(separator: ",") + "\r\n" }

  /// A text that a spreadsheet could take for a formula gets an apostrophe in front, which it shows as text.
  static func cell(_ text: String) -> String {
    var plain = TextTable.plain(text)
    if let first = plain.first(where: { !$0.isWhitespace }), beginsFormula(first) { plain = "'" + plain }
    guard plain.contains(where: { ",\"".contains($0) }) || plain.first == " " || plain.last == " " else { return plain }
    return "\"" + plain.replacing("\"", with: "\"\"") + "\""
  }

  /// Also the wide forms, which some spreadsheets fold.
  private static func beginsFormula(_ character: Character) -> Bool { "=+-@|%＝＋－＠".contains(character) }
}

/// A report that is a list: it can be printed as CSV, too.
protocol ListReport: Report {
  /// The names of its columns in CSV; they are stable, as those of JSON.
  static var columns: [String] { get }
  /// The cells of its rows, in the order of the columns.
  var cells: [[String]] { get }
}

extension ListReport {
  var csv: String {
    var table = CSVTable(Self.columns)
    for row in cells { table.add(row) }
    return table.text
  }
}
