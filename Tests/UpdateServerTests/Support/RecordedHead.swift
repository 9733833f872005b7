import Foundation

/// The head of a recorded request or answer.
struct RecordedHead {
  let startLine: String
  let fields: [(name: String, value: String)]

  init(path: String) throws {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let lines = text.split(whereSeparator: \.isNewline).map(String.init)
    startLine = lines.first ?? ""
    fields = lines.dropFirst().map { line in
      let parts = line.split(separator: ":", maxSplits: 1)
      return (String(parts[0]), parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : "")
    }
  }

  subscript(name: String) -> String? { fields.first { $0.name == name }?.value }
}
