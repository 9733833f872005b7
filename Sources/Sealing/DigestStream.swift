import COpenSSL

/// A digest algorithm of the content rules (MS-WSUSSS 3.2.4.4).
public enum DigestAlgorithm: Hashable, Sendable {
  case sha1, sha256

  /// Bytes of the result.
  public var byteCount: Int { self == .sha1 ? 20 : 32 }
}

/// A digest taken over bytes as they pass. Not to be used from two threads at once.
public struct DigestStream: ~Copyable, @unchecked Sendable {
  // @unchecked: the context is owned by this one value, and only `mutating` and `consuming` calls reach it,
  // so the compiler's exclusivity is the lock.
  private let context: OpaquePointer
  public let algorithm: DigestAlgorithm

  public init(algorithm: DigestAlgorithm) throws(SealingError) {
    context = try Self.startedContext(algorithm)
    self.algorithm = algorithm
  }

  private static func startedContext(_ algorithm: DigestAlgorithm) throws(SealingError) -> OpaquePointer {
    guard let context = EVP_MD_CTX_new() else { throw libraryError("EVP_MD_CTX_new") }
    let method = algorithm == .sha1 ? EVP_sha1() : EVP_sha256()
    guard EVP_DigestInit_ex(context, method, nil) == 1 else {
      EVP_MD_CTX_free(context)
      throw libraryError("EVP_DigestInit_ex")
    }
    return context
  }

  public mutating func update(_ bytes: UnsafeRawBufferPointer) throws(SealingError) {
    try check("EVP_DigestUpdate", EVP_DigestUpdate(context, bytes.baseAddress, bytes.count))
  }

  public mutating func update(_ bytes: [UInt8]) throws(SealingError) {
    try bytes.withUnsafeBufferPointer { (all) throws(SealingError) in try update(UnsafeRawBufferPointer(all)) }
  }

  /// The digest of everything given.
  public consuming func finish() throws(SealingError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: algorithm.byteCount)
    try check("EVP_DigestFinal_ex", EVP_DigestFinal_ex(context, &bytes, nil))
    return bytes
  }

  deinit { EVP_MD_CTX_free(context) }
}
