import COpenSSL

/// Which keys may sign: EC P-256 and P-384, RSA of 2048 to 8192 bits.
enum AcceptedKey {
  static let words = "EC P-256 or P-384, or RSA of 2048 to 8192 bits"
  private static let curves = ["prime256v1": "P-256", "secp384r1": "P-384"]

  /// - Parameters:
  ///   - key: an `EVP_PKEY`; nil when the library cannot read it.
  ///   - owner: whose key it is, for the error.
  /// - Throws: ``SealingError/unacceptableKey(owner:expected:found:)``.
  static func require(_ key: OpaquePointer?, of owner: String) throws(SealingError) {
    guard let key else { throw .unacceptableKey(owner: owner, expected: words, found: "a key of an unknown kind") }
    let isAccepted =
      switch EVP_PKEY_get_base_id(key) {
      case EVP_PKEY_EC: curves[curve(of: key)] != nil
      case EVP_PKEY_RSA: (2_048...8_192).contains(EVP_PKEY_get_bits(key))
      default: false
      }
    guard isAccepted else { throw .unacceptableKey(owner: owner, expected: words, found: name(of: key)) }
  }

  /// As `EC P-256`, `EC secp256k1`, `RSA of 1024 bits`, `ED25519`.
  static func name(of key: OpaquePointer) -> String {
    switch EVP_PKEY_get_base_id(key) {
    case EVP_PKEY_EC:
      let curve = curve(of: key)
      return "EC \(curves[curve] ?? curve)"
    default:
      let kind = EVP_PKEY_get0_type_name(key).map { String(cString: $0) } ?? "a key of an unknown kind"
      return "\(kind) of \(EVP_PKEY_get_bits(key)) bits"
    }
  }

  private static func curve(of key: OpaquePointer) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
      guard let base = buffer.baseAddress, EVP_PKEY_get_group_name(key, base, buffer.count, nil) == 1 else {
        ERR_clear_error()
        return "with a curve of its own"
      }
      return String(cString: base)
    }
  }
}
