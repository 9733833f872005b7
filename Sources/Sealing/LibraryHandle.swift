import COpenSSL

/// A structure of OpenSSL, owned by this value and freed with it.
struct LibraryHandle: ~Copyable {
  let pointer: OpaquePointer
  private let kind: Kind

  /// What the library calls the structure, and so how it is freed and written.
  enum Kind {
    case buffer, certificate, certificates, certificateExtension, chainCheck, encryptedKey, key, message, number
    case pkcs12, plainKey, trustStore
  }

  /// Takes `pointer` over.
  ///
  /// - Throws: ``SealingError/library(call:text:)`` when it is nil: what `call` answers when it fails.
  init(_ call: String, _ pointer: OpaquePointer?, _ kind: Kind) throws(SealingError) {
    guard let pointer else { throw libraryError(call) }
    self.pointer = pointer
    self.kind = kind
  }

  // Called, never passed as values: a function of C as a value is a symbol that Swift names after the function alone,
  // and the linker would take the one of BoringSSL, which NIOSSL brings along (docs/decisions/0012).
  deinit {
    switch kind {
    case .buffer: BIO_free(pointer)
    case .certificate: X509_free(pointer)
    case .certificates: openssl_shim_certificates_free(pointer)
    case .certificateExtension: X509_EXTENSION_free(pointer)
    case .chainCheck: X509_STORE_CTX_free(pointer)
    case .encryptedKey: X509_SIG_free(pointer)
    case .key: EVP_PKEY_free(pointer)
    case .message: CMS_ContentInfo_free(pointer)
    case .number: BN_free(pointer)
    case .pkcs12: PKCS12_free(pointer)
    case .plainKey: PKCS8_PRIV_KEY_INFO_free(pointer)
    case .trustStore: X509_STORE_free(pointer)
    }
  }
}

extension LibraryHandle {
  /// A buffer to write to.
  static func memory() throws(SealingError) -> LibraryHandle {
    try LibraryHandle("BIO_new", BIO_new(BIO_s_mem()), .buffer)
  }

  /// Everything written to a buffer.
  borrowing func writtenBytes() -> [UInt8] {
    var start: UnsafeMutablePointer<CChar>?
    let count = openssl_shim_memory_bytes(pointer, &start)
    guard let start, count > 0 else { return [] }
    return copyBytes(UnsafeRawPointer(start), count: count)
  }
}

/// Bytes of the library as an array. The one place that copies them: Swift 6.3.1 with -O has been seen to free other
/// copies too early.
func copyBytes(_ source: UnsafeRawPointer, count: Int) -> [UInt8] {
  [UInt8](unsafeUninitializedCapacity: count) { buffer, written in
    buffer.baseAddress.map { UnsafeMutableRawPointer($0).copyMemory(from: source, byteCount: count) }
    written = count
  }
}

/// Reads one structure in DER: all of `der`, and in the one encoding that DER has for it.
///
/// - Returns: nil when there is no such structure, when bytes follow it, or when it would be written otherwise.
func decodeDER(_ der: [UInt8], _ kind: WrittenKind) -> LibraryHandle? {
  ERR_clear_error()
  defer { ERR_clear_error() }
  var decoded: OpaquePointer?
  let isWhole = der.withUnsafeBufferPointer { bytes in
    var position = bytes.baseAddress
    decoded =
      switch kind {
      case .certificate: d2i_X509(nil, &position, bytes.count)
      case .message: d2i_CMS_ContentInfo(nil, &position, bytes.count)
      }
    return decoded != nil && position == bytes.baseAddress.map { $0 + bytes.count }
  }
  guard let decoded, let handle = try? LibraryHandle("d2i", decoded, kind.handle) else { return nil }
  guard isWhole, encodeDER(handle.pointer, kind) == der else { return nil }
  return handle
}

/// A structure as DER; empty when the library cannot write it.
func encodeDER(_ pointer: OpaquePointer, _ kind: WrittenKind) -> [UInt8] {
  func encode(_ position: UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?) -> Int {
    switch kind {
    case .certificate: Int(i2d_X509(pointer, position))
    case .message: Int(i2d_CMS_ContentInfo(pointer, position))
    }
  }
  let count = encode(nil)
  guard count > 0 else { return [] }
  return [UInt8](unsafeUninitializedCapacity: count) { buffer, written in
    var position = buffer.baseAddress
    written = max(0, min(count, encode(&position)))
  }
}

/// Structures that are read and written in DER.
enum WrittenKind {
  case certificate, message

  var handle: LibraryHandle.Kind {
    switch self {
    case .certificate: .certificate
    case .message: .message
    }
  }
}
