import COpenSSL
public import UpdateModel

/// A document with its signature around it: CMS SignedData in DER (RFC 5652), the content inside.
///
/// `openssl cms -verify` checks it and writes the content. Made and accepted as ``DetachedSignature`` says, but for
/// where the content is.
public enum SignedDocument {
  /// Longest signed document that is read, in bytes.
  public static let maximumSize = 256 << 20

  /// Signs `content` with each key.
  ///
  /// - Returns: content and signature in DER.
  /// - Throws: as ``DetachedSignature/sign(_:keys:signingTime:)``.
  public static func sign(
    _ content: [UInt8], keys: [SigningKey], signingTime: Timestamp
  ) throws(SealingError) -> [UInt8] {
    let signature = try DetachedSignature.sign(content, keys: keys, signingTime: signingTime)
    return try SignedMessage(der: signature).attaching(content)
  }

  /// The content, and who signed it. Nobody is trusted for it.
  ///
  /// - Throws: as ``DetachedSignature/verify(_:content:)``; ``SealingError/malformedSignature(expected:found:)``
  ///   also for a signature without content.
  public static func open(_ document: [UInt8]) throws(SealingError) -> (content: [UInt8], signers: [Signer]) {
    let (signature, content) = try SignedMessage.detaching(document, limit: maximumSize)
    return (content, try DetachedSignature.verify(signature, content: content))
  }
}

extension SignedMessage {
  /// This message with its content inside, in DER.
  func attaching(_ content: [UInt8]) throws(SealingError) -> [UInt8] {
    try check("CMS_set_detached", CMS_set_detached(pointer, 0))
    guard let string = CMS_get0_content(pointer)?.pointee else { throw libraryError("CMS_get0_content") }
    try check("ASN1_OCTET_STRING_set", ASN1_OCTET_STRING_set(string, content, Int32(clamping: content.count)))
    return der
  }

  /// Takes a message with content apart into a message without, and the content.
  static func detaching(
    _ document: [UInt8], limit: Int
  ) throws(SealingError) -> (signature: [UInt8], content: [UInt8]) {
    guard document.count <= limit else {
      throw .malformedSignature(expected: "at most \(limit) bytes", found: "\(document.count)")
    }
    let decoded = decodeDER(document, .message)
    guard let decoded, OBJ_obj2nid(CMS_get0_type(decoded.pointer)) == NID_pkcs7_signed else {
      throw .malformedSignature(
        expected: "CMS SignedData in DER and nothing after it", found: "\(document.count) bytes of something else")
    }
    guard let string = CMS_get0_content(decoded.pointer)?.pointee, let start = ASN1_STRING_get0_data(string) else {
      throw .malformedSignature(expected: "a signature with its content inside", found: "one without")
    }
    let content = copyBytes(start, count: Int(ASN1_STRING_length(string)))
    try check("CMS_set_detached", CMS_set_detached(decoded.pointer, 1))
    return (encodeDER(decoded.pointer, .message), content)
  }
}
