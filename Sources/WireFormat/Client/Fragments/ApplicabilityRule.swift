/// One rule of a Core fragment: an operator, or a question about the system (MS-WUSP appendix, guide 14).
///
/// Names are those of fragments: `And`, `b.RegSz`, `m.MsiProductInstalled`. Rules of other schemas, as those of CBS
/// packages, have a name and nothing else: nobody here can answer them.
public struct ApplicabilityRule: Hashable, Sendable, Codable {
  public let name: String
  public let attributes: [String: String]
  public let children: [ApplicabilityRule]
  /// Of rules without children.
  public let text: String

  public init(
    name: String, attributes: [String: String] = [:], children: [ApplicabilityRule] = [], text: String = ""
  ) {
    self.name = name
    self.attributes = attributes
    self.children = children
    self.text = text
  }

  /// The operators between rules.
  static let operators: Set<String> = ["And", "Or", "Not", "True", "False"]

  /// Whether anything but the name is read.
  static func isRead(_ name: String) -> Bool {
    operators.contains(name) || name.hasPrefix("b.") || name.hasPrefix("m.")
  }
}

/// How much of rules one fragment may hold. Far above what was seen but for rules that are not read.
enum ApplicabilityLimits {
  static let rules = 100_000
  /// Bytes of attributes and texts.
  static let bytes = 8 << 20
}
