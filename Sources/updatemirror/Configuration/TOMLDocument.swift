import Platform
import TOMLKit

/// A TOML file as values, with the line of each key.
struct TOMLDocument: Sendable {
  let file: String
  let root: [String: DocumentValue]
  let lines: KeyLines

  /// - Throws: ``ConfigurationError/notTOML(file:line:reason:)``.
  init(text: String, file: String) throws(ConfigurationError) {
    self.file = file
    lines = KeyLines(text: text)
    // TOMLKit hands text to C: what stands after a NUL would be dropped without a word.
    guard !text.utf8.contains(0) else { throw .notTOML(file: file, line: nil, reason: "contains a NUL byte") }
    do {
      root = Self.copy(try TOMLTable(string: text))
    } catch let error as TOMLParseError {
      throw .notTOML(file: file, line: error.source.begin.line, reason: error.description)
    } catch {
      throw .notTOML(file: file, line: nil, reason: String(describing: error))
    }
  }

  private static func copy(_ table: TOMLTable) -> [String: DocumentValue] {
    var values: [String: DocumentValue] = [:]
    for key in table.keys {
      if let value = table[key] { values[key] = copy(value) }
    }
    return values
  }

  private static func copy(_ value: any TOMLValueConvertible) -> DocumentValue {
    if let text = value.string { return .text(text) }
    if let flag = value.bool { return .boolean(flag) }
    if let number = value.int { return .integer(Int64(number)) }
    if let table = value.table { return .table(copy(table)) }
    if let array = value.array { return .array(array.map { copy($0) }) }
    return .unsupported(value.type.description)
  }
}

extension TOMLDocument {
  /// Longest file that is read, in bytes.
  static let maximumSize = 1 << 20

  /// - Throws: ``ConfigurationError/unreadable(file:reason:)`` and what ``init(text:file:)`` throws.
  init(file: String) throws(ConfigurationError) {
    let bytes: [UInt8]
    do {
      bytes = try DurableFile.read(file, limit: Self.maximumSize)
    } catch {
      throw .unreadable(file: file, reason: error.text)
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .unreadable(file: file, reason: "not UTF-8")
    }
    try self.init(text: text, file: file)
  }
}
