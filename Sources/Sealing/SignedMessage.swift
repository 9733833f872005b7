import COpenSSL
import UpdateModel

/// A CMS SignedData without content.
struct SignedMessage: ~Copyable {
  private let handle: LibraryHandle

  /// Without signers.
  init() throws(SealingError) {
    ERR_clear_error()
    let flags = UInt32(CMS_PARTIAL | CMS_DETACHED | CMS_BINARY)
    handle = try LibraryHandle("CMS_sign", CMS_sign(nil, nil, nil, nil, flags), .message)
  }

  /// Reads the one accepted form.
  ///
  /// - Throws: ``SealingError/malformedSignature(expected:found:)``.
  init(der: [UInt8]) throws(SealingError) {
    let limit = DetachedSignature.maximumSize
    guard der.count <= limit else {
      throw .malformedSignature(expected: "at most \(limit) bytes", found: "\(der.count)")
    }
    guard let decoded = decodeDER(der, .message) else {
      throw .malformedSignature(
        expected: "one CMS structure in DER and nothing after it", found: "\(der.count) bytes of something else")
    }
    try Self.requireForm(decoded)
    handle = decoded
  }

  var pointer: OpaquePointer { handle.pointer }

  /// An own copy of the message in DER.
  var der: [UInt8] { encodeDER(handle.pointer, .message) }

  var signerCount: Int { Int(openssl_shim_signers_count(CMS_get0_SignerInfos(handle.pointer))) }

  /// A `CMS_SignerInfo`; valid as long as this message. `number` is below ``signerCount``.
  func signer(_ number: Int) -> OpaquePointer? {
    openssl_shim_signers_get(CMS_get0_SignerInfos(handle.pointer), Int32(number))
  }

  /// All certificates that came along, each once.
  func certificates() throws(SealingError) -> [Certificate] {
    let stack = CMS_get1_certs(handle.pointer)
    defer { openssl_shim_certificates_free(stack) }
    let count = Int(openssl_shim_certificates_count(stack))
    guard count <= DetachedSignature.maximumCertificates else {
      throw .malformedSignature(
        expected: "at most \(DetachedSignature.maximumCertificates) certificates", found: "\(count)")
    }
    var certificates: [Certificate] = []
    for certificate in try CertificateStack.certificates(in: stack) where !certificates.contains(certificate) {
      certificates.append(certificate)
    }
    return certificates
  }

  /// Adds a signer and its certificates.
  ///
  /// - Parameter digest: the SHA-256 of the content.
  func add(_ key: SigningKey, digest: [UInt8], signingTime: Timestamp) throws(SealingError) {
    let time = try LibraryTime.encode(signingTime, of: "signing time")
    let certificate = try key.certificate.handle()
    let flags = UInt32(CMS_PARTIAL | CMS_BINARY | CMS_NOCERTS | CMS_NOSMIMECAP)
    guard let signer = CMS_add1_signer(handle.pointer, certificate.pointer, key.key.pointer, EVP_sha256(), flags) else {
      throw libraryError("CMS_add1_signer")
    }
    try set(NID_pkcs9_contentType, V_ASN1_OBJECT, UnsafeRawPointer(OBJ_nid2obj(NID_pkcs7_data)), -1, of: signer)
    try set(NID_pkcs9_messageDigest, V_ASN1_OCTET_STRING, digest, Int32(digest.count), of: signer)
    try set(NID_pkcs9_signingTime, time.pointer.pointee.type, UnsafeRawPointer(time.pointer), -1, of: signer)
    try check("CMS_SignerInfo_sign", CMS_SignerInfo_sign(signer))
    let present = try certificates()
    for certificate in [key.certificate] + key.chain where !present.contains(certificate) {
      let one = try certificate.handle()
      try check("CMS_add1_cert", CMS_add1_cert(handle.pointer, one.pointer))
    }
  }

  private func set(
    _ identifier: Int32, _ type: Int32, _ value: UnsafeRawPointer?, _ count: Int32, of signer: OpaquePointer
  ) throws(SealingError) {
    try check("CMS_signed_add1_attr_by_NID", CMS_signed_add1_attr_by_NID(signer, identifier, type, value, count))
  }

  private static func requireForm(_ handle: borrowing LibraryHandle) throws(SealingError) {
    let signerCount = Int(openssl_shim_signers_count(CMS_get0_SignerInfos(handle.pointer)))
    guard OBJ_obj2nid(CMS_get0_type(handle.pointer)) == NID_pkcs7_signed else {
      throw .malformedSignature(expected: "CMS SignedData", found: "CMS of another kind")
    }
    guard OBJ_obj2nid(CMS_get0_eContentType(handle.pointer)) == NID_pkcs7_data else {
      throw .malformedSignature(expected: "a signature of plain data", found: "one of another content type")
    }
    guard CMS_is_detached(handle.pointer) == 1 else {
      throw .malformedSignature(expected: "a signature beside its content", found: "one with content inside")
    }
    guard (1...DetachedSignature.maximumSigners).contains(signerCount) else {
      throw .malformedSignature(expected: "1 to \(DetachedSignature.maximumSigners) signers", found: "\(signerCount)")
    }
  }
}
