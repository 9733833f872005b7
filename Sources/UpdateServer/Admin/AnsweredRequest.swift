public import UpdateModel

/// One request and how it was answered: a line of the access log, a sample of the metrics.
public struct AnsweredRequest: Hashable, Sendable {
  /// What was asked for, by its path.
  public enum Kind: String, CaseIterable, Sendable {
    case content, soap, other
  }

  /// The client's address; empty when the connection was gone.
  public var address: String
  public var method: String
  public var kind: Kind
  /// The file that a content request names by its digest.
  public var file: FileDigest?
  /// The last part of SOAPAction, when it is the name of an operation.
  public var operation: String?
  public var status: Int
  /// Bytes of the answer, head and body, that were handed to the connection.
  public var bytes: Int64
  /// From the head of the request to the last byte of the answer.
  public var duration: Duration
  /// May carry secrets.
  private let target: String

  public init(
    address: String, method: String, target: String, kind: Kind, file: FileDigest? = nil, operation: String? = nil,
    status: Int, bytes: Int64, duration: Duration
  ) {
    self.address = address
    self.method = method
    self.target = target
    self.kind = kind
    self.file = file
    self.operation = operation
    self.status = status
    self.bytes = bytes
    self.duration = duration
  }

  /// The path as it was sent, cut after 256 characters. No query and nothing before the path of an absolute URL: both
  /// may carry secrets. It may hold anything else: escape it.
  ///
  /// Made when asked for: most requests leave no line.
  public var path: String {
    var path = target.prefix { $0 != "?" && $0 != "#" }
    if let scheme = path.firstRange(of: "://"), !path.hasPrefix("/") {
      let afterScheme = path[scheme.upperBound...]
      path = afterScheme.firstIndex(of: "/").map { afterScheme[$0...] } ?? "/"
    } else if !path.hasPrefix("/"), let user = path.lastIndex(of: "@") {
      path = path[path.index(after: user)...]
    }
    return String(path.prefix(256))
  }
}
