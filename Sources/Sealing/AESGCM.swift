import COpenSSL

/// AES-256-GCM for one message: the library compares the tag in constant time.
enum AESGCM {
  static let keySize = 32
  static let nonceSize = 12
  static let tagSize = 16

  /// - Returns: ciphertext and tag.
  static func encrypt(
    _ plain: [UInt8], key: [UInt8], nonce: [UInt8], associated: [UInt8]
  ) throws(SealingError) -> [UInt8] {
    let context = try CipherContext()
    try check("EVP_EncryptInit_ex", EVP_EncryptInit_ex(context.pointer, EVP_aes_256_gcm(), nil, key, nonce))
    var count: Int32 = 0
    try check("EVP_EncryptUpdate", EVP_EncryptUpdate(context.pointer, nil, &count, associated, Int32(associated.count)))
    var output = [UInt8](repeating: 0, count: plain.count)
    try check("EVP_EncryptUpdate", EVP_EncryptUpdate(context.pointer, &output, &count, plain, Int32(plain.count)))
    var tag = [UInt8](repeating: 0, count: tagSize)
    try check("EVP_EncryptFinal_ex", EVP_EncryptFinal_ex(context.pointer, &tag, &count))
    try check(
      "EVP_CIPHER_CTX_ctrl", EVP_CIPHER_CTX_ctrl(context.pointer, EVP_CTRL_AEAD_GET_TAG, Int32(tagSize), &tag))
    return output + tag
  }

  /// - Returns: the plain bytes, or nil when tag, key, nonce or associated bytes do not fit.
  static func decrypt(
    _ sealed: ArraySlice<UInt8>, key: [UInt8], nonce: [UInt8], associated: [UInt8]
  ) throws(SealingError) -> [UInt8]? {
    let cipherText = Array(sealed.dropLast(tagSize))
    var tag = Array(sealed.suffix(tagSize))
    let context = try CipherContext()
    try check("EVP_DecryptInit_ex", EVP_DecryptInit_ex(context.pointer, EVP_aes_256_gcm(), nil, key, nonce))
    var count: Int32 = 0
    try check("EVP_DecryptUpdate", EVP_DecryptUpdate(context.pointer, nil, &count, associated, Int32(associated.count)))
    var output = [UInt8](repeating: 0, count: cipherText.count)
    try check(
      "EVP_DecryptUpdate", EVP_DecryptUpdate(context.pointer, &output, &count, cipherText, Int32(cipherText.count)))
    try check(
      "EVP_CIPHER_CTX_ctrl", EVP_CIPHER_CTX_ctrl(context.pointer, EVP_CTRL_AEAD_SET_TAG, Int32(tagSize), &tag))
    var rest = [UInt8](repeating: 0, count: tagSize)
    guard EVP_DecryptFinal_ex(context.pointer, &rest, &count) == 1 else {
      ERR_clear_error()
      return nil
    }
    return output
  }
}

private struct CipherContext: ~Copyable {
  let pointer: OpaquePointer

  init() throws(SealingError) {
    guard let pointer = EVP_CIPHER_CTX_new() else { throw libraryError("EVP_CIPHER_CTX_new") }
    self.pointer = pointer
  }

  deinit { EVP_CIPHER_CTX_free(pointer) }
}
