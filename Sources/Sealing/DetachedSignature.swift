import COpenSSL
public import UpdateModel

/// A signature beside the bytes it is for: CMS SignedData in DER (RFC 5652), without the content.
///
/// What is written: digests of SHA-256; the signed attributes content type, message digest and signing time; each
/// signer's certificate and chain. ECDSA signatures are random: OpenSSL 3.0 has no RFC 6979, so signing twice gives
/// two different signatures of the same bytes. Whether a signer is trusted is not decided here: see
/// ``CertificateChain``.
public enum DetachedSignature {
  /// Longest signature that is read, in bytes.
  public static let maximumSize = 512 << 10
  /// Most signers of one signature.
  public static let maximumSigners = 16
  /// Most certificates in one signature.
  public static let maximumCertificates = 64

  /// Signs `content` with each key.
  ///
  /// - Parameters:
  ///   - keys: 1 to 16, each once.
  ///   - signingTime: what the signers say when they signed; whole seconds count; years 1950 to 9999.
  /// - Returns: the signature in DER.
  /// - Throws: ``SealingError/duplicateSigner(signer:)``, ``SealingError/outOfRange(what:expected:found:)``,
  ///   ``SealingError/library(call:text:)``.
  public static func sign(
    _ content: [UInt8], keys: [SigningKey], signingTime: Timestamp
  ) throws(SealingError) -> [UInt8] {
    var digests = ContentDigests(content)
    return try sign(contentSHA256: try digests.digest(NID_sha256), keys: keys, signingTime: signingTime)
  }

  /// The same for content that is not in memory.
  ///
  /// - Parameter contentSHA256: its digest, 32 bytes.
  public static func sign(
    contentSHA256: [UInt8], keys: [SigningKey], signingTime: Timestamp
  ) throws(SealingError) -> [UInt8] {
    guard !keys.isEmpty else { throw .outOfRange(what: "signers", expected: "at least 1", found: "0") }
    guard contentSHA256.count == SHA256Digest.byteCount else {
      throw .outOfRange(
        what: "bytes of the digest", expected: "\(SHA256Digest.byteCount)", found: "\(contentSHA256.count)")
    }
    return try extended(
      try SignedMessage(), by: keys, besides: [], contentSHA256: contentSHA256, signingTime: signingTime)
  }

  /// Adds a signer to a signature that holds.
  ///
  /// - Parameters:
  ///   - signature: is verified first, all of it.
  ///   - content: what it is for.
  /// - Returns: the signature with all signers in DER.
  /// - Throws: as ``verify(_:content:)`` and ``sign(_:keys:signingTime:)``.
  public static func adding(
    _ key: SigningKey, to signature: [UInt8], content: [UInt8], signingTime: Timestamp
  ) throws(SealingError) -> [UInt8] {
    let signers = try verify(signature, content: content)
    var digests = ContentDigests(content)
    return try extended(
      try SignedMessage(der: signature), by: [key], besides: signers.map(\.certificate),
      contentSHA256: try digests.digest(NID_sha256), signingTime: signingTime)
  }

  /// The signers of `content`: all of those in the signature, each once.
  ///
  /// Every signature in it must hold, be made with SHA-256, SHA-384 or SHA-512 and an accepted key over signed
  /// attributes, and carry its certificate. Nobody is trusted for it: ask ``CertificateChain`` about each signer.
  ///
  /// - Throws: ``SealingError/malformedSignature(expected:found:)`` (no such form, trailing bytes, content inside, no
  ///   signers), ``SealingError/badSignature(signer:expected:found:)``, ``SealingError/duplicateSigner(signer:)``,
  ///   ``SealingError/unacceptableKey(owner:expected:found:)``, ``SealingError/malformedCertificate(expected:found:)``.
  public static func verify(_ signature: [UInt8], content: [UInt8]) throws(SealingError) -> [Signer] {
    try verify(signature, content: SignedContent(content))
  }

  /// The same for content that is not in memory.
  public static func verify(_ signature: [UInt8], content: SignedContent) throws(SealingError) -> [Signer] {
    let message = try SignedMessage(der: signature)
    let certificates = try message.certificates()
    var digests = ContentDigests(content)
    var signers: [Signer] = []
    for number in 0..<message.signerCount {
      let record = try SignerRecord(message, number: number, certificates: certificates)
      try record.verify(&digests)
      try requireNew(record.certificate, besides: signers.map(\.certificate))
      signers.append(
        Signer(
          certificate: record.certificate, signingTime: try record.signingTime(),
          intermediates: certificates.filter { $0 != record.certificate }))
    }
    return signers
  }

  private static func extended(
    _ message: consuming SignedMessage, by keys: [SigningKey], besides others: [Certificate],
    contentSHA256 digest: [UInt8], signingTime: Timestamp
  ) throws(SealingError) -> [UInt8] {
    guard others.count + keys.count <= maximumSigners else {
      throw .outOfRange(what: "signers", expected: "at most \(maximumSigners)", found: "\(others.count + keys.count)")
    }
    var signers = others
    for key in keys {
      try requireNew(key.certificate, besides: signers)
      try message.add(key, digest: digest, signingTime: signingTime)
      signers.append(key.certificate)
    }
    return message.der
  }

  /// One holder of a key counts once, also with two certificates for it.
  private static func requireNew(_ certificate: Certificate, besides others: [Certificate]) throws(SealingError) {
    let handle = try certificate.handle()
    for other in others {
      let otherHandle = try other.handle()
      guard let key = X509_get0_pubkey(handle.pointer), let otherKey = X509_get0_pubkey(otherHandle.pointer) else {
        continue
      }
      if EVP_PKEY_eq(key, otherKey) == 1 { throw .duplicateSigner(signer: certificate.subject) }
    }
    ERR_clear_error()
  }
}

/// Somebody whose signature holds. Says nothing about trust.
public struct Signer: Hashable, Sendable {
  public let certificate: Certificate
  /// What the signer says; nil when nothing was said.
  public let signingTime: Timestamp?
  /// The other certificates that came along, to build a chain with.
  public let intermediates: [Certificate]
}

/// What a signature is for, in pieces: it may be long.
public struct SignedContent {
  /// Shows all bytes in their order.
  public typealias Reading = (_ take: ([UInt8]) throws -> Void) throws -> Void

  let forEachPiece: Reading

  public init(forEachPiece: @escaping Reading) { self.forEachPiece = forEachPiece }

  init(_ bytes: [UInt8]) { forEachPiece = { take in try take(bytes) } }
}

/// Digests of one content, each taken once.
struct ContentDigests {
  private let content: SignedContent
  private var known: [Int32: [UInt8]] = [:]

  init(_ content: SignedContent) { self.content = content }
  init(_ content: [UInt8]) { self.content = SignedContent(content) }

  /// - Parameter identifier: an `NID`.
  /// - Throws: ``SealingError/malformedSignature(expected:found:)`` for any but SHA-256, SHA-384 and SHA-512.
  mutating func digest(_ identifier: Int32) throws(SealingError) -> [UInt8] {
    if let digest = known[identifier] { return digest }
    let algorithm: DigestAlgorithm? =
      switch identifier {
      case NID_sha256: .sha256
      case NID_sha384: .sha384
      case NID_sha512: .sha512
      default: nil
      }
    guard let algorithm else {
      let name = OBJ_nid2sn(identifier).map { String(cString: $0) } ?? "unknown"
      throw .malformedSignature(expected: "a digest of SHA-256, SHA-384 or SHA-512", found: name)
    }
    var stream = try DigestStream(algorithm: algorithm)
    do {
      try content.forEachPiece { try stream.update($0) }
    } catch {
      throw error as? SealingError ?? .library(call: "read", text: "\(error)")
    }
    let digest = try stream.finish()
    known[identifier] = digest
    return digest
  }
}
