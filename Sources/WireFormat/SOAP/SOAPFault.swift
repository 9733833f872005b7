public import UpdateModel

/// A SOAP fault in either version (MS-WSUSSS 2.2.9).
public struct SOAPFault: Error, Hashable, Sendable {
  /// nil when the fault carries none of the known ErrorCodes.
  public let code: FaultCode?
  /// The name of a parameter, a list of digests, or nothing: ``FaultCode`` decides.
  public let message: String
  /// Names this fault; fresh for each one (SSS-039).
  public let id: GUID?
  /// The caller is at fault, not the server.
  public let isClientFault: Bool
  /// The text for people (`faultstring`).
  public let reason: String

  /// An application fault.
  public init(code: FaultCode, message: String = "", id: GUID) {
    self.code = code
    self.message = message
    self.id = id
    isClientFault = FaultTable.row(code)?.isClientFault ?? false
    reason = "Fault occurred: \(code.rawValue)"
  }

  /// A fault without ErrorCode, as for an unknown operation (AMB-41).
  public init(reason: String, isClientFault: Bool) {
    code = nil
    message = ""
    id = nil
    self.isClientFault = isClientFault
    self.reason = reason
  }

  init(code: FaultCode?, message: String, id: GUID?, isClientFault: Bool, reason: String) {
    self.code = code
    self.message = message
    self.id = id
    self.isClientFault = isClientFault
    self.reason = reason
  }

  /// The fault that tells a caller what was wrong with its bytes (SSS-042).
  public init(answering error: WireError, id: GUID) {
    switch error {
    case .missingElement, .unexpectedElement, .invalidValue:
      self.init(code: .invalidParameters, message: error.parameter ?? "", id: id)
    case .malformed, .forbidden, .limitExceeded, .wrongEncoding, .notSOAP:
      self.init(reason: "The request cannot be read: \(error)", isClientFault: true)
    }
  }

  /// What a run does about it.
  public var reaction: Reaction {
    code.flatMap { FaultTable.row($0)?.reaction } ?? FaultTable.reactionWithoutCode
  }
}

extension SOAPFault {
  /// The fault of DownloadFiles for digests that no revision names (AMB-15).
  public init(missing digests: [FileDigest], id: GUID) {
    let list = digests.map { String(decoding: Base64.encode($0.bytes), as: UTF8.self) }
    self.init(code: .fileDigestsMissing, message: list.joined(separator: "|"), id: id)
  }

  /// The digests that a FileDigestsMissing fault names, in Base64 or hexadecimal; others are
  /// left out (AMB-15).
  public var missingDigests: [FileDigest] {
    guard code == .fileDigestsMissing else { return [] }
    return message.split(separator: "|").compactMap { item in
      let text = String(decoding: ASCII.trimmed(item.utf8), as: UTF8.self)
      return FileDigest(hex: text) ?? Base64.decode(text.utf8).flatMap { FileDigest(bytes: $0) }
    }
  }
}

extension SOAPFault: CustomStringConvertible {
  public var description: String {
    let side = isClientFault ? "client" : "server"
    guard let code else { return "\(side) fault without ErrorCode: \(WireError.excerpt(reason))" }
    return message.isEmpty ? code.rawValue : "\(code.rawValue) (\(WireError.excerpt(message)))"
  }
}
