/// One request that a ``FaultServer`` received, whole.
public struct RecordedRequest: Sendable {
  public struct Field: Hashable, Sendable {
    public let name: String
    public let value: String
  }

  public let method: String
  /// As it came, with the query.
  public let target: String
  public let headers: [Field]
  public let body: [UInt8]
  /// 1 for the server's first connection.
  public let connection: Int
  /// 1 for the server's first request.
  public let number: Int
  /// 1 for the first request of this method-independent path.
  public let numberForPath: Int

  /// Without the query.
  public var path: String { String(target.prefix { $0 != "?" }) }

  public var bodyText: String { String(decoding: body, as: UTF8.self) }

  /// The first value of a header, in any letter case.
  public subscript(header: String) -> String? {
    headers.first { $0.name.lowercased() == header.lowercased() }?.value
  }
}
