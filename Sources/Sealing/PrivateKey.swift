import COpenSSL

/// A private key inside the library, which wipes it when the last holder is gone.
final class PrivateKey: @unchecked Sendable {
  // @unchecked: the key never changes after it is made; the library counts its holders atomically and guards its
  // inner caches with a lock of its own.
  private let handle: LibraryHandle

  init(_ call: String, _ key: OpaquePointer?) throws(SealingError) {
    handle = try LibraryHandle(call, key, freedBy: EVP_PKEY_free)
  }

  /// An `EVP_PKEY`; valid as long as this object.
  var pointer: OpaquePointer { handle.pointer }

  /// A new key of the curve P-256.
  static func generated() throws(SealingError) -> PrivateKey {
    try PrivateKey("EVP_EC_gen", openssl_shim_generate_p256())
  }

  func belongs(to certificate: Certificate) throws(SealingError) -> Bool {
    let handle = try certificate.handle()
    defer { ERR_clear_error() }
    return X509_check_private_key(handle.pointer, pointer) == 1
  }

  /// PKCS#8 in PEM, not encrypted. The library wipes its buffer; the array is the caller's to keep safe.
  func pem() throws(SealingError) -> [UInt8] {
    let memory = try LibraryHandle.memory()
    try check("PEM_write_bio", PEM_write_bio_PKCS8PrivateKey(memory.pointer, pointer, nil, nil, 0, nil, nil))
    return memory.writtenBytes()
  }
}
