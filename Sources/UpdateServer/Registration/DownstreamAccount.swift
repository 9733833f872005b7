import UpdateModel

/// Who a DSS says it is in GetAuthorizationCookie (MS-WSUSSS 3.1.4.2).
struct DownstreamAccount: Hashable, Sendable {
  let accountGUID: GUID
  let accountName: String

  static let maximumNameBytes = 255

  /// An account that was checked before.
  init(accountGUID: GUID, accountName: String) {
    self.accountGUID = accountGUID
    self.accountName = accountName
  }

  /// Checks both fields (SSS-081 to SSS-083).
  ///
  /// One widespread library sends the name in the place of the GUID and the GUID in the place
  /// of the name. The policy `open` registers it as what it means.
  init(accountName: String?, accountGUID: String?, policy: RegistrationPolicy) throws(Refusal) {
    guard let name = accountName, Self.isHostName(name) else { throw .invalidParameters("accountName") }
    guard let guidText = accountGUID, !guidText.isEmpty else { throw .invalidParameters("accountGuid") }
    if let guid = GUID(guidText) {
      self.accountGUID = guid
      self.accountName = name
    } else if policy.admission == .open, let guid = GUID(name), Self.isHostName(guidText) {
      self.accountGUID = guid
      self.accountName = guidText
    } else {
      throw .invalidParameters("accountGuid")
    }
  }

  /// Letters, digits and hyphens in labels of 1 to 63 characters; a dot may end the name (RFC 1035 2.3.1).
  static func isHostName(_ text: String) -> Bool {
    guard (1...maximumNameBytes).contains(text.utf8.count) else { return false }
    let name = text.hasSuffix(".") ? text.dropLast() : text[...]
    let labels = name.split(separator: ".", omittingEmptySubsequences: false)
    return labels.allSatisfy { label in
      (1...63).contains(label.utf8.count) && label.utf8.allSatisfy(isNameCharacter)
    }
  }

  private static func isNameCharacter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
      true
    default: false
    }
  }
}
