/// What one XML document may cost. Every parser in this room has such a bound.
public struct XMLLimits: Hashable, Sendable {
  /// The bound that a document exceeded.
  public enum Kind: String, Hashable, Sendable {
    case depth
    case elements
    case text
    case attributes
    case attributeBytes = "attribute bytes"
    case token
    case total
    case items
  }

  /// Nested elements; at most 250.
  public var depth: Int
  /// Elements in the whole document.
  public var elements: Int
  /// Bytes of text between two tags.
  public var text: Int
  /// Attributes of one element.
  public var attributes: Int
  /// Bytes of all attribute values and namespace declarations of one element.
  public var attributeBytes: Int
  /// Bytes of one tag or comment.
  public var token: Int
  /// Bytes of the whole document.
  public var total: Int

  public init(
    depth: Int = 64, elements: Int, text: Int, attributes: Int = 64, attributeBytes: Int = 64 << 10,
    token: Int = 256 << 10, total: Int
  ) {
    self.depth = min(depth, 250)
    self.elements = elements
    self.text = text
    self.attributes = attributes
    self.attributeBytes = attributeBytes
    self.token = token
    self.total = total
  }

  /// For what a server reads from its callers.
  public static let request = XMLLimits(elements: 200_000, text: 1 << 20, total: 8 << 20)
  /// For what a DSS reads from its USS: a listing has no pages and may name hundreds of
  /// thousands of revisions (SSS-145).
  public static let reply = XMLLimits(elements: 20_000_000, text: 64 << 20, total: 512 << 20)
  /// For one update's metadata document.
  public static let metadata = XMLLimits(
    depth: 128, elements: 500_000, text: 16 << 20, attributes: 256, attributeBytes: 1 << 20, token: 2 << 20,
    total: 64 << 20)
}
