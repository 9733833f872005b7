/// One outgoing request.
public struct HTTPRequest: Sendable {
  /// `GET`, `HEAD`, `POST` or any other token in upper case.
  public var method: String
  /// Absolute, `http` or `https`, without credentials.
  public var url: String
  public var headers: HTTPHeaders
  public var body: [UInt8]?
  /// Bytes of the reply's body, as declared and after decoding; nil means any.
  public var maximumBody: Int64?
  /// Asks for gzip or deflate, and decodes what comes.
  public var acceptsCompressed: Bool
  /// In place of the client's own timeout, when the server needs long to think.
  public var responseTimeout: Duration?

  public init(
    method: String = "GET", url: String, headers: HTTPHeaders = HTTPHeaders(), body: [UInt8]? = nil,
    maximumBody: Int64? = nil, acceptsCompressed: Bool = false, responseTimeout: Duration? = nil
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.maximumBody = maximumBody
    self.acceptsCompressed = acceptsCompressed
    self.responseTimeout = responseTimeout
  }

  /// Asks for the bytes from `first` to `last` (to the end when nil), unless the file is no longer `validator`'s.
  ///
  /// - Parameter validator: a strong ETag or a Last-Modified date, sent as `If-Range` (RFC 9110, 13.1.5).
  public mutating func setRange(first: Int64, last: Int64? = nil, validator: String? = nil) {
    headers["Range"] = "bytes=\(first)-\(last.map(String.init) ?? "")"
    headers["If-Range"] = validator
  }
}

extension HTTPRequest {
  /// - Throws: ``TransferError/badRequest(reason:)`` for anything that would not stay one line of the head.
  func checkHead() throws(TransferError) {
    guard !method.isEmpty, method.utf8.allSatisfy({ (0x41...0x5A).contains($0) }) else {
      throw .badRequest(reason: "the method is not a word in capitals")
    }
    for field in headers.fields {
      guard !field.name.isEmpty, field.name.utf8.allSatisfy(Self.isToken) else {
        throw .badRequest(reason: "a header name has forbidden characters")
      }
      guard field.value.utf8.allSatisfy({ $0 == 9 || ($0 >= 0x20 && $0 != 0x7F) }) else {
        throw .badRequest(reason: "the value of header \(field.name) has forbidden characters")
      }
    }
  }

  private static func isToken(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }
}
