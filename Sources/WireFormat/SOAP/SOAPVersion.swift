/// The version of the envelope: configured on a DSS, never negotiated (MS-WSUSSS 1.7, SSS-015).
public enum SOAPVersion: String, Hashable, Sendable, CaseIterable {
  case v11 = "1.1"
  case v12 = "1.2"

  /// The namespace of the envelope.
  public var namespace: String {
    switch self {
    case .v11: "http://schemas.xmlsoap.org/soap/envelope/"
    case .v12: "http://www.w3.org/2003/05/soap-envelope"
    }
  }

  /// The Content-Type of replies and faults.
  public var contentType: String {
    switch self {
    case .v11: "text/xml; charset=utf-8"
    case .v12: "application/soap+xml; charset=utf-8"
    }
  }

  init?(namespace: String) {
    guard let version = Self.allCases.first(where: { $0.namespace == namespace }) else { return nil }
    self = version
  }
}
