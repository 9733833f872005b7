import Foundation

/// The words of JSON Schema that our schemas of signed documents use.
struct JSONSchemaCheck {
  let root: [String: Any]

  /// What does not fit, each with its place; empty when the value fits.
  func findings(_ value: Any) -> [String] { findings(value, root, "$") }

  private func findings(_ value: Any, _ schema: [String: Any], _ place: String) -> [String] {
    if let reference = schema["$ref"] as? String { return findings(value, definition(reference), place) }
    if let choices = schema["anyOf"] as? [[String: Any]] {
      return choices.contains { findings(value, $0, place).isEmpty } ? [] : ["\(place): no choice fits"]
    }
    if let constant = schema["const"] {
      return "\(constant)" == "\(value)" ? [] : ["\(place): expected \(constant)"]
    }
    if let words = schema["enum"] as? [String] {
      return words.contains(value as? String ?? "") ? [] : ["\(place): expected one of \(words)"]
    }
    switch schema["type"] as? String {
    case "object": return object(value, schema, place)
    case "array": return array(value, schema, place)
    case "string": return string(value, schema, place)
    case "integer": return integer(value, schema, place)
    case "boolean": return value is Bool ? [] : ["\(place): expected a boolean"]
    case "null": return value is NSNull ? [] : ["\(place): expected null"]
    default: return ["\(place): the schema says nothing"]
    }
  }

  private func definition(_ reference: String) -> [String: Any] {
    let name = reference.replacing("#/$defs/", with: "")
    return (root["$defs"] as? [String: [String: Any]])?[name] ?? [:]
  }

  private func object(_ value: Any, _ schema: [String: Any], _ place: String) -> [String] {
    guard let members = value as? [String: Any] else { return ["\(place): expected an object"] }
    let properties = schema["properties"] as? [String: [String: Any]] ?? [:]
    let required = Set(schema["required"] as? [String] ?? [])
    var findings: [String] = []
    if schema["additionalProperties"] as? Bool != false { findings.append("\(place): the schema is open") }
    if required != Set(properties.keys) { findings.append("\(place): not every property is required") }
    findings += required.subtracting(members.keys).map { "\(place).\($0): missing" }
    for (name, member) in members {
      guard let schema = properties[name] else {
        findings.append("\(place).\(name): unknown")
        continue
      }
      findings += self.findings(member, schema, "\(place).\(name)")
    }
    return findings
  }

  private func array(_ value: Any, _ schema: [String: Any], _ place: String) -> [String] {
    guard let elements = value as? [Any] else { return ["\(place): expected an array"] }
    let items = schema["items"] as? [String: Any] ?? [:]
    let count = (schema["minItems"] as? Int ?? 0)...(schema["maxItems"] as? Int ?? Int.max)
    let own = count.contains(elements.count) ? [] : ["\(place): expected \(count) elements"]
    return own + elements.enumerated().flatMap { findings($0.element, items, "\(place)[\($0.offset)]") }
  }

  private func string(_ value: Any, _ schema: [String: Any], _ place: String) -> [String] {
    guard let text = value as? String else { return ["\(place): expected a string"] }
    guard let pattern = schema["pattern"] as? String else { return [] }
    return text.range(of: pattern, options: .regularExpression) != nil ? [] : ["\(place): expected \(pattern)"]
  }

  private func integer(_ value: Any, _ schema: [String: Any], _ place: String) -> [String] {
    guard let number = value as? Int else { return ["\(place): expected an integer"] }
    return number >= schema["minimum"] as? Int ?? .min ? [] : ["\(place): too small"]
  }
}
