import COpenSSL
public import UpdateModel

/// An X.509 certificate: its bytes, and what we read in them. Says nothing about trust.
public struct Certificate: Sendable {
  /// Longest certificate that is read, in bytes of DER.
  public static let maximumSize = 32 << 10
  /// Most certificates in one bundle.
  public static let maximumBundleCount = 64

  /// The certificate in DER.
  public let der: [UInt8]
  /// SHA-256 of ``der``: what people compare, and what a trust store pins.
  public let fingerprint: SHA256Digest
  /// The subject as RFC 2253 text. Control and formatting characters are escaped, other letters are UTF-8.
  public let subject: String
  /// The first second at which it holds.
  public let validFrom: Timestamp
  /// The first second at which it no longer holds, as OpenSSL reads it.
  public let validUntil: Timestamp
  /// Whether it may issue other certificates (basic constraints CA, and a key usage that does not forbid it).
  public let isAuthority: Bool

  /// Reads one certificate in DER.
  ///
  /// - Throws: ``SealingError/malformedCertificate(expected:found:)`` also when bytes follow it, when it is written in
  ///   another way than DER, or when its extensions contradict each other.
  public init(der: [UInt8]) throws(SealingError) {
    let handle = try Self.handle(of: der)
    self.der = der
    fingerprint = try FileDigester.digests(of: der).sha256
    subject = try Self.text(of: X509_get_subject_name(handle.pointer))
    validFrom = try Self.moment(X509_get0_notBefore(handle.pointer), "start")
    validUntil = try Self.moment(X509_get0_notAfter(handle.pointer), "end")
    let flags = Int32(bitPattern: X509_get_extension_flags(handle.pointer))
    guard flags & EXFLAG_INVALID == 0 else {
      throw .malformedCertificate(expected: "extensions that can be read", found: "others in \(subject)")
    }
    let maySign = X509_get_key_usage(handle.pointer) & UInt32(KU_KEY_CERT_SIGN) != 0
    isAuthority = flags & EXFLAG_CA != 0 && maySign
  }

  /// Reads a PEM text with exactly one certificate and nothing else but white space.
  ///
  /// - Throws: ``SealingError/malformedCertificate(expected:found:)``.
  public init(pem: String) throws(SealingError) {
    let text = try Self.pemText(Array(pem.utf8), limit: Self.maximumSize)
    guard text.blocks.count == 1, !text.hasOtherText else {
      throw .malformedCertificate(
        expected: "one certificate in PEM and nothing else",
        found: text.hasOtherText ? "other text beside it" : "\(text.blocks.count) blocks")
    }
    self = try Self.certificate(in: text, text.blocks[0])
  }

  /// Reads 1 to 64 certificates in PEM, in their order; text between them is skipped, anything else is refused.
  ///
  /// - Throws: ``SealingError/malformedCertificate(expected:found:)``.
  public static func certificates(pemBundle: [UInt8]) throws(SealingError) -> [Certificate] {
    let text = try pemText(pemBundle, limit: maximumBundleCount * maximumSize)
    var certificates: [Certificate] = []
    for block in text.blocks { certificates.append(try certificate(in: text, block)) }
    guard !certificates.isEmpty else {
      throw .malformedCertificate(expected: "certificates in PEM", found: "\(pemBundle.count) bytes without one")
    }
    return certificates
  }

  static func certificate(in text: PEMText, _ block: PEMText.Block) throws(SealingError) -> Certificate {
    guard block.label == PEMText.certificateLabel else {
      throw .malformedCertificate(expected: "a block \(PEMText.certificateLabel)", found: "a block \(block.label)")
    }
    guard let der = try text.contents(of: block) else {
      throw .malformedCertificate(expected: "base64 without headers", found: "something else")
    }
    return try Certificate(der: der)
  }

  /// PEM is less than twice as long as DER.
  private static func pemText(_ bytes: [UInt8], limit: Int) throws(SealingError) -> PEMText {
    guard bytes.count <= 2 * limit, let text = PEMText(bytes) else {
      throw .malformedCertificate(
        expected: "PEM of at most \(maximumBundleCount) blocks and \(2 * limit) bytes",
        found: "\(bytes.count) bytes of something else")
    }
    return text
  }
}

extension Certificate: Hashable {
  public static func == (left: Certificate, right: Certificate) -> Bool { left.der == right.der }
  public func hash(into hasher: inout Hasher) { hasher.combine(fingerprint) }
}

extension Certificate: CustomStringConvertible {
  /// Subject and SHA-256 fingerprint.
  public var description: String { "\(subject) (\(fingerprint.hex.lowercased()))" }
}
