import COpenSSL
import UpdateModel

/// One SignerInfo of a message with the certificate that it names.
struct SignerRecord: ~Copyable {
  let certificate: Certificate
  private let handle: LibraryHandle
  /// Belongs to the message, which must outlive this value.
  private let pointer: OpaquePointer

  /// - Parameter number: counts from 0.
  /// - Throws: ``SealingError/badSignature(signer:expected:found:)`` unless exactly one certificate is the named one.
  init(
    _ message: borrowing SignedMessage, number: Int, certificates: [Certificate]
  ) throws(SealingError) {
    let name = "signer \(number + 1)"
    guard let pointer = message.signer(number) else {
      throw .badSignature(signer: name, expected: "a signer", found: "none")
    }
    var named: [Certificate] = []
    for certificate in certificates {
      let handle = try certificate.handle()
      if CMS_SignerInfo_cert_cmp(pointer, handle.pointer) == 0 { named.append(certificate) }
    }
    ERR_clear_error()
    guard named.count == 1 else {
      throw .badSignature(signer: name, expected: "one certificate that it names", found: "\(named.count)")
    }
    let handle = try named[0].handle()
    CMS_SignerInfo_set1_signer_cert(pointer, handle.pointer)
    certificate = named[0]
    self.handle = handle
    self.pointer = pointer
  }

  /// Checks key, algorithms, attributes and signature.
  func verify(_ digests: inout ContentDigests) throws(SealingError) {
    try AcceptedKey.require(X509_get0_pubkey(handle.pointer), of: certificate.subject)
    let identifier = try digestIdentifier()
    let digest = try digests.digest(identifier)
    guard let type = attribute(NID_pkcs9_contentType, V_ASN1_OBJECT).map({ OpaquePointer($0) }) else {
      throw bad("a signed content type", "none, or several")
    }
    guard OBJ_obj2nid(type) == NID_pkcs7_data else { throw bad("the content type of plain data", "another") }
    guard let stated = attribute(NID_pkcs9_messageDigest, V_ASN1_OCTET_STRING) else {
      throw bad("a signed digest of the content", "none, or several")
    }
    guard Self.bytes(of: stated.assumingMemoryBound(to: ASN1_OCTET_STRING.self)) == digest else {
      throw bad("a signature of this content", "one of other content")
    }
    ERR_clear_error()
    guard CMS_SignerInfo_verify(pointer) == 1 else {
      throw bad("a signature made with the key of the certificate", "another (\(libraryReason()))")
    }
  }

  /// - Returns: nil when there is none.
  /// - Throws: ``SealingError/badSignature(signer:expected:found:)`` when it is no time.
  func signingTime() throws(SealingError) -> Timestamp? {
    guard CMS_signed_get_attr_by_NID(pointer, NID_pkcs9_signingTime, -1) >= 0 else { return nil }
    let value =
      attribute(NID_pkcs9_signingTime, V_ASN1_UTCTIME)
      ?? attribute(
        NID_pkcs9_signingTime, V_ASN1_GENERALIZEDTIME)
    guard let moment = LibraryTime.decode(value.map { UnsafePointer($0.assumingMemoryBound(to: ASN1_TIME.self)) })
    else { throw bad("one signing time", "something else") }
    return moment
  }

  /// The digest of the content, and of the signature unless the latter names none of its own.
  private func digestIdentifier() throws(SealingError) -> Int32 {
    var digest: UnsafeMutablePointer<X509_ALGOR>?
    var signature: UnsafeMutablePointer<X509_ALGOR>?
    CMS_SignerInfo_get0_algs(pointer, nil, nil, &digest, &signature)
    guard let digest, let signature else { throw bad("algorithms", "none") }
    let identifier = OBJ_obj2nid(digest.pointee.algorithm)
    var inner = NID_undef
    let isKnown = OBJ_find_sigid_algs(OBJ_obj2nid(signature.pointee.algorithm), &inner, nil) == 1
    if isKnown, inner != NID_undef, inner != identifier {
      throw bad("one digest algorithm", "a signature with another than the content's")
    }
    return identifier
  }

  /// The one value of a signed attribute that must be there once.
  private func attribute(_ identifier: Int32, _ type: Int32) -> UnsafeMutableRawPointer? {
    // -3: nil also when there is a second attribute or a second value.
    CMS_signed_get0_data_by_OBJ(pointer, OBJ_nid2obj(identifier), -3, type)
  }

  private static func bytes(of string: UnsafePointer<ASN1_OCTET_STRING>) -> [UInt8] {
    let count = Int(ASN1_STRING_length(string))
    guard count > 0, let start = ASN1_STRING_get0_data(string) else { return [] }
    return copyBytes(start, count: count)
  }

  private func bad(_ expected: String, _ found: String) -> SealingError {
    .badSignature(signer: certificate.subject, expected: expected, found: found)
  }
}
