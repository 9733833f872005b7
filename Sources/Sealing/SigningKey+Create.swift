import COpenSSL
public import UpdateModel

extension SigningKey {
  /// Longest common name of a certificate, in characters (RFC 5280, upper bound of `ub-common-name`).
  public static let maximumCommonNameLength = 64

  /// A new P-256 key with a self-signed certificate that may sign, and may not issue other certificates.
  ///
  /// The key and the serial number are random: no two calls answer the same.
  ///
  /// - Parameters:
  ///   - commonName: 1 to 64 characters without control characters.
  ///   - validFrom: whole seconds count; years 1950 to 9999.
  ///   - validUntil: after `validFrom`.
  /// - Throws: ``SealingError/outOfRange(what:expected:found:)``, ``SealingError/library(call:text:)``.
  public static func create(
    commonName: String, validFrom: Timestamp, validUntil: Timestamp
  ) throws(SealingError) -> SigningKey {
    let isPlain = commonName.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    guard (1...maximumCommonNameLength).contains(commonName.unicodeScalars.count), isPlain else {
      throw .outOfRange(
        what: "common name", expected: "1 to \(maximumCommonNameLength) characters without control characters",
        found: "\(commonName.unicodeScalars.count) characters")
    }
    guard validFrom < validUntil else {
      throw .outOfRange(what: "end of validity", expected: "a time after \(validFrom)", found: "\(validUntil)")
    }
    let key = try PrivateKey.generated()
    let draft = try CertificateDraft()
    try draft.name(commonName)
    try draft.validity(from: validFrom, until: validUntil)
    try draft.publicKey(key)
    try draft.extensions()
    return try SigningKey(key: key, certificates: [try draft.signed(by: key)])
  }
}

/// A self-signed certificate of version 3 while it is written.
private struct CertificateDraft: ~Copyable {
  private let handle: LibraryHandle

  init() throws(SealingError) {
    ERR_clear_error()
    let draft = try LibraryHandle("X509_new", X509_new(), .certificate)
    try check("X509_set_version", X509_set_version(draft.pointer, Int(X509_VERSION_3)))
    // Positive, and always 16 bytes long.
    var serial = try SecureRandom.bytes(16)
    serial[0] = serial[0] & 0x3F | 0x40
    let number = try LibraryHandle("BN_bin2bn", BN_bin2bn(serial, Int32(serial.count), nil), .number)
    guard BN_to_ASN1_INTEGER(number.pointer, X509_get_serialNumber(draft.pointer)) != nil else {
      throw libraryError("BN_to_ASN1_INTEGER")
    }
    handle = draft
  }

  borrowing func name(_ commonName: String) throws(SealingError) {
    let name = X509_get_subject_name(handle.pointer)
    let bytes = Array(commonName.utf8)
    try check(
      "X509_NAME_add_entry_by_NID",
      X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8, bytes, Int32(bytes.count), -1, 0))
    try check("X509_set_issuer_name", X509_set_issuer_name(handle.pointer, name))
  }

  borrowing func validity(from: Timestamp, until: Timestamp) throws(SealingError) {
    let start = try LibraryTime.encode(from, of: "start of validity")
    let end = try LibraryTime.encode(until, of: "end of validity")
    try check("X509_set1_notBefore", X509_set1_notBefore(handle.pointer, start.pointer))
    try check("X509_set1_notAfter", X509_set1_notAfter(handle.pointer, end.pointer))
  }

  borrowing func publicKey(_ key: PrivateKey) throws(SealingError) {
    try check("X509_set_pubkey", X509_set_pubkey(handle.pointer, key.pointer))
  }

  /// What `openssl cms -verify` wants of a signer under every `-purpose`, and nothing that would let it issue.
  borrowing func extensions() throws(SealingError) {
    try add(NID_basic_constraints, "critical,CA:FALSE")
    try add(NID_key_usage, "critical,digitalSignature")
    try add(NID_subject_key_identifier, "hash")
  }

  borrowing func signed(by key: PrivateKey) throws(SealingError) -> Certificate {
    guard X509_sign(handle.pointer, key.pointer, EVP_sha256()) > 0 else { throw libraryError("X509_sign") }
    return try Certificate(der: encodeDER(handle.pointer, .certificate))
  }

  private borrowing func add(_ identifier: Int32, _ value: String) throws(SealingError) {
    var context = X509V3_CTX()
    X509V3_set_ctx(&context, handle.pointer, handle.pointer, nil, nil, 0)
    let made = X509V3_EXT_conf_nid(nil, &context, identifier, value)
    let item = try LibraryHandle("X509V3_EXT_conf_nid", made, .certificateExtension)
    try check("X509_add_ext", X509_add_ext(handle.pointer, item.pointer, -1))
  }
}
