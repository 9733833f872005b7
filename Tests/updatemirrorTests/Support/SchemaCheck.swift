@testable import updatemirror

/// Checks a document against the part of JSON Schema that the project's schemas use.
struct SchemaCheck {
  let root: [String: Any]

  /// - Returns: what does not fit, as `path: reason`.
  func findings(_ value: DocumentValue) -> [String] { findings(value, root, at: "$") }

  private func findings(_ value: DocumentValue, _ schema: [String: Any], at path: String) -> [String] {
    if let reference = schema["$ref"] as? String {
      let name = reference.split(separator: "/").last.map(String.init) ?? ""
      guard let target = (root["$defs"] as? [String: Any])?[name] as? [String: Any] else {
        return ["\(path): no \(reference)"]
      }
      return findings(value, target, at: path)
    }
    if let choices = schema["anyOf"] as? [[String: Any]] {
      return choices.contains { findings(value, $0, at: path).isEmpty } ? [] : ["\(path): fits no alternative"]
    }
    if let allowed = schema["enum"] as? [Any] { return choice(value, allowed, at: path) }
    switch (schema["type"] as? String, value) {
    case ("object", .table(let entries)): return object(entries, schema, at: path)
    case ("array", .array(let items)):
      let item = schema["items"] as? [String: Any] ?? [:]
      return items.enumerated().flatMap { findings($1, item, at: "\(path)[\($0)]") }
    case ("string", .text(let text)): return string(text, schema, at: path)
    case ("integer", .integer(let number)):
      let range = Int64(schema["minimum"] as? Int ?? .min)...Int64(schema["maximum"] as? Int ?? .max)
      return range.contains(number) ? [] : ["\(path): \(number) outside \(range)"]
    case ("boolean", .boolean): return []
    case (let type, _): return ["\(path): \(value.kindName) where \(type ?? "(no type)") is expected"]
    }
  }

  private func choice(_ value: DocumentValue, _ allowed: [Any], at path: String) -> [String] {
    let fits = allowed.contains { item in
      switch value {
      case .text(let text): item as? String == text
      case .integer(let number): (item as? Int).map(Int64.init) == number
      default: false
      }
    }
    return fits ? [] : ["\(path): \(value.shown) is not one of \(allowed)"]
  }

  private func object(_ entries: [String: DocumentValue], _ schema: [String: Any], at path: String) -> [String] {
    let properties = schema["properties"] as? [String: [String: Any]] ?? [:]
    var found = (schema["required"] as? [String] ?? []).filter { entries[$0] == nil }.map { "\(path): no \($0)" }
    for (key, entry) in entries {
      if let inner = properties[key] {
        found += findings(entry, inner, at: "\(path).\(key)")
      } else {
        found.append("\(path): unknown key \(key)")
      }
    }
    return found
  }

  private func string(_ text: String, _ schema: [String: Any], at path: String) -> [String] {
    if let least = schema["minLength"] as? Int, text.count < least { return ["\(path): shorter than \(least)"] }
    guard let pattern = schema["pattern"] as? String else { return [] }
    guard let expression = try? Regex(pattern) else { return ["\(path): the schema's pattern is broken"] }
    return text.firstMatch(of: expression) == nil ? ["\(path): \(text) does not match \(pattern)"] : []
  }
}
