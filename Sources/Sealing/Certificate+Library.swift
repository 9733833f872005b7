import COpenSSL
import UpdateModel

extension Certificate {
  /// The certificate in PEM, with a line end after it.
  public var pem: String {
    var text = "-----BEGIN \(PEMText.certificateLabel)-----\n"
    let base64 = Self.base64(der)
    var start = base64.startIndex
    while start < base64.endIndex {
      let end = base64.index(start, offsetBy: 64, limitedBy: base64.endIndex) ?? base64.endIndex
      text += base64[start..<end] + "\n"
      start = end
    }
    return text + "-----END \(PEMText.certificateLabel)-----\n"
  }

  /// The library's own structure for this certificate.
  func handle() throws(SealingError) -> LibraryHandle { try Self.handle(of: der) }

  static func handle(of der: [UInt8]) throws(SealingError) -> LibraryHandle {
    guard der.count <= maximumSize else {
      throw .malformedCertificate(expected: "at most \(maximumSize) bytes", found: "\(der.count)")
    }
    guard let handle = decodeDER(der, .certificate) else {
      throw .malformedCertificate(expected: "one X.509 certificate in DER", found: "\(der.count) bytes that are not")
    }
    return handle
  }

  /// RFC 2253 text. The library escapes ASCII control characters; the others, and those that change the direction of
  /// text, are escaped here in the same form.
  static func text(of name: OpaquePointer?) throws(SealingError) -> String {
    let memory = try LibraryHandle.memory()
    guard let name, X509_NAME_print_ex(memory.pointer, name, 0, openssl_shim_name_flags()) >= 0 else {
      throw libraryError("X509_NAME_print_ex")
    }
    var text = ""
    for scalar in String(decoding: memory.writtenBytes(), as: UTF8.self).unicodeScalars {
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
        for byte in String(scalar).utf8 { text += "\\" + Hex.upper([byte]) }
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }

  static func moment(_ time: UnsafePointer<ASN1_TIME>?, _ which: String) throws(SealingError) -> Timestamp {
    guard let moment = LibraryTime.decode(time) else {
      throw .malformedCertificate(expected: "a time for the \(which) of its validity", found: "something else")
    }
    return moment
  }

  private static func base64(_ bytes: [UInt8]) -> String {
    let count = (bytes.count + 2) / 3 * 4
    return String(unsafeUninitializedCapacity: count + 1) { buffer in
      Int(EVP_EncodeBlock(buffer.baseAddress, bytes, Int32(bytes.count)))
    }
  }
}

/// A stack of the library's certificates.
struct CertificateStack: ~Copyable {
  private let handle: LibraryHandle

  init(_ certificates: [Certificate]) throws(SealingError) {
    let stack = try LibraryHandle("sk_X509_new_null", openssl_shim_certificates_new(), .certificates)
    for certificate in certificates {
      let one = try certificate.handle()
      guard X509_up_ref(one.pointer) == 1 else { throw libraryError("X509_up_ref") }
      guard openssl_shim_certificates_push(stack.pointer, one.pointer) > 0 else {
        X509_free(one.pointer)
        throw libraryError("sk_X509_push")
      }
    }
    handle = stack
  }

  var pointer: OpaquePointer { handle.pointer }

  /// Reads the certificates of a stack of the library, which stays its owner. nil is empty.
  static func certificates(in stack: OpaquePointer?) throws(SealingError) -> [Certificate] {
    var certificates: [Certificate] = []
    for index in 0..<openssl_shim_certificates_count(stack) {
      guard let one = openssl_shim_certificates_get(stack, index) else { continue }
      certificates.append(try Certificate(der: encodeDER(one, .certificate)))
    }
    return certificates
  }
}
