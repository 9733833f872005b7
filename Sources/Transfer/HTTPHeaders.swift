/// One header line.
public struct HTTPField: Hashable, Sendable {
  public let name: String
  public let value: String

  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

/// Header fields in their order; names compare without letter case (RFC 9110, 5.1).
public struct HTTPHeaders: Hashable, Sendable, ExpressibleByDictionaryLiteral {
  public private(set) var fields: [HTTPField] = []

  public init(_ fields: [HTTPField] = []) { self.fields = fields }

  public init(dictionaryLiteral elements: (String, String)...) {
    self.init(elements.map { HTTPField($0.0, $0.1) })
  }

  /// The first value of `name`. Setting replaces all of them; nil removes them.
  public subscript(name: String) -> String? {
    get { fields.first { Self.matches($0.name, name) }?.value }
    set {
      fields.removeAll { Self.matches($0.name, name) }
      if let newValue { fields.append(HTTPField(name, newValue)) }
    }
  }

  public func values(for name: String) -> [String] {
    fields.filter { Self.matches($0.name, name) }.map(\.value)
  }

  public mutating func add(_ name: String, _ value: String) {
    fields.append(HTTPField(name, value))
  }

  private static func matches(_ left: String, _ right: String) -> Bool {
    left.utf8.count == right.utf8.count && left.lowercased() == right.lowercased()
  }
}
