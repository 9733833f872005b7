/// One request and how it was answered: a line of the access log, a sample of the metrics.
public struct AnsweredRequest: Hashable, Sendable {
  /// What was asked for, by its path.
  public enum Kind: String, CaseIterable, Sendable {
    case content, soap, other
  }

  /// The client's address; empty when the connection was gone.
  public var address: String
  public var method: String
  /// As it was sent, cut after 256 characters. It may hold anything: escape it.
  public var path: String
  public var kind: Kind
  /// The last part of SOAPAction, when it is the name of an operation.
  public var operation: String?
  public var status: Int
  /// Bytes of the answer, head and body, that were handed to the connection.
  public var bytes: Int64
  /// From the head of the request to the last byte of the answer.
  public var duration: Duration

  public init(
    address: String, method: String, path: String, kind: Kind, operation: String? = nil, status: Int, bytes: Int64,
    duration: Duration
  ) {
    self.address = address
    self.method = method
    self.path = String(path.prefix(256))
    self.kind = kind
    self.operation = operation
    self.status = status
    self.bytes = bytes
    self.duration = duration
  }
}
