/// One value of a TOML document, copied out of the TOML library.
indirect enum DocumentValue: Equatable, Sendable {
  case text(String)
  case integer(Int64)
  case boolean(Bool)
  case array([DocumentValue])
  case table([String: DocumentValue])
  /// A TOML type that no manifest uses (float, date, time).
  case unsupported(String)

  /// What a person calls this kind of value.
  var kindName: String {
    switch self {
    case .text: "a string"
    case .integer: "an integer"
    case .boolean: "a boolean"
    case .array: "an array"
    case .table: "a table"
    case .unsupported(let name): "a \(name)"
    }
  }

  /// The value as error messages show it.
  var shown: String {
    switch self {
    case .text(let text): "\"\(text)\""
    case .integer(let number): String(number)
    case .boolean(let flag): String(flag)
    case .array, .table, .unsupported: kindName
    }
  }
}
