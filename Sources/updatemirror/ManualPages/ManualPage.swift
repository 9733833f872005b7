/// One page in the language of man(7).
struct ManualPage {
  let name: String
  let section: Int
  private(set) var source: String

  var fileName: String { "\(name).\(section)" }

  /// - Parameter abstract: one line, for the index of all pages.
  init(_ name: String, section: Int, abstract: String) {
    self.name = name
    self.section = section
    let title = name.uppercased()
    source = ".TH \(Self.quoted(title)) \(section) \"\" \(Self.quoted("updatemirror " + UpdateMirror.version))\n"
    heading("NAME")
    let words = abstract.hasSuffix(".") ? String(abstract.dropLast()) : abstract
    source += "\(Self.escaped(name)) \\- \(Self.escaped(words))\n"
  }

  mutating func heading(_ text: String) { source += ".SH \(Self.quoted(text))\n" }

  mutating func subheading(_ text: String) { source += ".SS \(Self.quoted(text))\n" }

  mutating func paragraph(_ text: String) { source += ".PP\n" + Self.line(text) }

  mutating func term(_ term: String, _ meaning: String) {
    source += ".TP\n.B \(Self.quoted(term))\n" + Self.line(meaning)
  }

  /// Lines that stay as they are.
  mutating func verbatim(_ lines: [some StringProtocol]) {
    source += ".PP\n.EX\n" + lines.map { Self.line(String($0)) }.joined() + ".EE\n"
  }

  private static func line(_ text: String) -> String {
    // A leading dot or quote would be a request.
    let escaped = escaped(text)
    return (escaped.hasPrefix(".") || escaped.hasPrefix("'") ? "\\&" : "") + escaped + "\n"
  }

  private static func quoted(_ text: String) -> String {
    "\"" + escaped(text).replacing("\"", with: "\\(dq") + "\""
  }

  /// Hyphens as they are typed, so that options can be copied from the page.
  private static func escaped(_ text: String) -> String {
    text.replacing("\\", with: "\\e").replacing("-", with: "\\-")
  }
}
