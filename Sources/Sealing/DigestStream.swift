import COpenSSL

/// A digest algorithm: those of the content rules (MS-WSUSSS 3.2.4.4), and the longer ones of signatures.
public enum DigestAlgorithm: Hashable, Sendable {
  case sha1, sha256, sha384, sha512

  /// Bytes of the result.
  public var byteCount: Int {
    switch self {
    case .sha1: 20
    case .sha256: 32
    case .sha384: 48
    case .sha512: 64
    }
  }
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
    guard EVP_DigestInit_ex(context, method(algorithm), nil) == 1 else {
      EVP_MD_CTX_free(context)
      throw libraryError("EVP_DigestInit_ex")
    }
    return context
  }

  private static func method(_ algorithm: DigestAlgorithm) -> OpaquePointer? {
    switch algorithm {
    case .sha1: fetchedSHA1 ?? EVP_sha1()
    case .sha256: fetchedSHA256 ?? EVP_sha256()
    case .sha384: EVP_sha384()
    case .sha512: EVP_sha512()
    }
  }

  // Looked up once: the library would look for `EVP_sha256()` among its providers for every digest. It counts its
  // references itself, from any thread, and these are never given back.
  private nonisolated(unsafe) static let fetchedSHA1 = EVP_MD_fetch(nil, "SHA1", nil)
  private nonisolated(unsafe) static let fetchedSHA256 = EVP_MD_fetch(nil, "SHA2-256", nil)

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
