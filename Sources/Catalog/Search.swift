internal import GRDB

extension DatabaseFunction {
  /// `containsFolded(text, needle)`: whether `text` holds the lower-case `needle` in any letter case.
  static let containsFolded = DatabaseFunction("containsFolded", argumentCount: 2, pure: true) { values in
    guard let text = String.fromDatabaseValue(values[0]), let needle = String.fromDatabaseValue(values[1]) else {
      return false
    }
    return text.lowercased().contains(needle)
  }
}
