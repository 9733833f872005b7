import COpenSSL

/// A private key inside the library, which wipes it when the last holder is gone.
final class PrivateKey: @unchecked Sendable {
  // @unchecked: the key never changes after it is made; the library counts its holders atomically and guards its
  // inner caches with a lock of its own.
  private let handle: LibraryHandle
  /// Some tenths of a second for each try.
  private static let iterations: Int32 = 600_000

  init(_ call: String, _ key: OpaquePointer?) throws(SealingError) {
    handle = try LibraryHandle(call, key, .key)
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

  /// PKCS#8 in PEM, encrypted: AES-256 with a key from PBKDF2 (HMAC-SHA-256, random salt).
  func pem(_ passphrase: Passphrase) throws(SealingError) -> [UInt8] {
    ERR_clear_error()
    let plain = try LibraryHandle("EVP_PKEY2PKCS8", EVP_PKEY2PKCS8(pointer), .plainKey)
    let made = withExtendedLifetime(passphrase) {
      PKCS8_encrypt(-1, EVP_aes_256_cbc(), passphrase.text, -1, nil, 0, Self.iterations, plain.pointer)
    }
    let sealed = try LibraryHandle("PKCS8_encrypt", made, .encryptedKey)
    let memory = try LibraryHandle.memory()
    try check("PEM_write_bio_PKCS8", PEM_write_bio_PKCS8(memory.pointer, sealed.pointer))
    return memory.writtenBytes()
  }
}
