@testable import updatemirror

/// The JSON form of a TOML document, for comparison with golden samples.
extension DocumentValue: Decodable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let flag = try? container.decode(Bool.self) {
      self = .boolean(flag)
    } else if let number = try? container.decode(Int64.self) {
      self = .integer(number)
    } else if let text = try? container.decode(String.self) {
      self = .text(text)
    } else if let items = try? container.decode([DocumentValue].self) {
      self = .array(items)
    } else {
      self = .table(try container.decode([String: DocumentValue].self))
    }
  }
}
