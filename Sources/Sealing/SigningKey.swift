import COpenSSL

/// A private key with the certificate for it: what signs.
///
/// Keys of EC P-256 or P-384, or RSA of 2048 to 8192 bits. Printing it never prints the key.
public struct SigningKey: Sendable {
  /// Longest file with a key and its chain that is read, in bytes.
  public static let maximumFileSize = 256 << 10
  /// Most certificates that may come with a key, besides its own.
  public static let maximumChainCount = 8

  /// The certificate of this key.
  public let certificate: Certificate
  /// What else came with the key, in its order: the authorities between the certificate and a trusted one.
  public let chain: [Certificate]
  let key: PrivateKey

  /// Finds the certificate of `key` among `certificates`.
  ///
  /// - Throws: ``SealingError/certificateMissing(expected:found:)`` unless there is exactly one.
  init(key: PrivateKey, certificates: [Certificate]) throws(SealingError) {
    var own: [Certificate] = []
    var chain: [Certificate] = []
    for certificate in certificates where !own.contains(certificate) && !chain.contains(certificate) {
      if try key.belongs(to: certificate) { own.append(certificate) } else { chain.append(certificate) }
    }
    guard own.count == 1 else {
      throw .certificateMissing(
        expected: "one certificate for the key",
        found: own.isEmpty ? "\(chain.count) certificates of other keys" : "\(own.count) for it")
    }
    guard chain.count <= Self.maximumChainCount else {
      throw .malformedKey(expected: "at most \(Self.maximumChainCount) further certificates", found: "\(chain.count)")
    }
    try AcceptedKey.require(key.pointer, of: own[0].subject)
    (self.key, certificate, self.chain) = (key, own[0], chain)
  }

  /// The key (PKCS#8, not encrypted), its certificate and the chain in PEM: what ``init(pem:passphrase:)`` reads.
  /// Store it with permissions 0600.
  ///
  /// - Throws: ``SealingError/library(call:text:)``.
  public var pem: [UInt8] {
    get throws(SealingError) { try key.pem() + certificatesPEM }
  }

  /// As ``pem``, with the key encrypted. Takes some tenths of a second, and blocks the calling thread.
  ///
  /// - Parameter passphrase: 1 to 1,023 bytes.
  /// - Throws: ``SealingError/outOfRange(what:expected:found:)``, ``SealingError/library(call:text:)``.
  public func pem(passphrase: String) throws(SealingError) -> [UInt8] {
    if passphrase.isEmpty { throw .outOfRange(what: "passphrase", expected: "at least 1 byte", found: "none") }
    return try key.pem(try Passphrase(passphrase)) + certificatesPEM
  }

  private var certificatesPEM: [UInt8] { ([certificate] + chain).flatMap { Array($0.pem.utf8) } }
}

extension SigningKey: CustomStringConvertible, CustomReflectable {
  public var description: String { "SigningKey(\(certificate))" }
  public var customMirror: Mirror { Mirror(self, children: ["certificate": certificate]) }
}
