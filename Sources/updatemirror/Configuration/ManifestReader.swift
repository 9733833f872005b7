/// Reads typed values of a TOML document; every mistake names its line.
struct ManifestReader {
  let document: TOMLDocument

  func texts(_ path: [String]) throws(ConfigurationError) -> [String]? {
    guard let value = value(path) else { return nil }
    guard case .array(let items) = value else { throw bad(path, expected: "an array of strings", found: value) }
    var texts: [String] = []
    for item in items {
      guard case .text(let text) = item, !text.isEmpty else {
        throw bad(path, expected: "an array of strings that are not empty", found: item)
      }
      texts.append(text)
    }
    return texts
  }

  func flag(_ path: [String]) throws(ConfigurationError) -> Bool? {
    guard let value = value(path) else { return nil }
    guard case .boolean(let flag) = value else { throw bad(path, expected: "true or false", found: value) }
    return flag
  }

  func choice(_ path: [String], _ words: [String]) throws(ConfigurationError) -> String? {
    guard let value = value(path) else { return nil }
    guard case .text(let word) = value, words.contains(word) else {
      throw bad(path, expected: words.map { "\"\($0)\"" }.joined(separator: " or "), found: value)
    }
    return word
  }

  func refuseUnknown(
    _ entries: [String: DocumentValue], path: [String], known: [String]
  ) throws(ConfigurationError) {
    guard let key = entries.keys.sorted().first(where: { !known.contains($0) }) else { return }
    let full = path + [key]
    throw .unknownKey(
      file: document.file, line: document.lines.line(of: full), key: full.joined(separator: "."),
      nearest: NearestWord.of(key, in: known))
  }

  func bad(_ path: [String], expected: String, found: DocumentValue) -> ConfigurationError {
    let place = document.lines.line(of: path).map { "\(document.file): line \($0)" } ?? document.file
    return .badValue(place: place, key: path.joined(separator: "."), expected: expected, found: found.shown)
  }

  private func value(_ path: [String]) -> DocumentValue? {
    var entries = document.root
    for section in path.dropLast() {
      guard case .table(let inner)? = entries[section] else { return nil }
      entries = inner
    }
    return path.last.flatMap { entries[$0] }
  }
}
