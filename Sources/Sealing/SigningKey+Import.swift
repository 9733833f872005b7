import COpenSSL

extension SigningKey {
  private static let keyLabels = ["PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY"]
  /// What `openssl ecparam -genkey` writes beside the key.
  private static let ignoredLabels = ["EC PARAMETERS"]

  /// Reads one private key, its certificate and any chain from one PEM text, in any order. Text between them is
  /// skipped.
  ///
  /// The key may be encrypted (PKCS#8, or the older form with `DEK-Info`).
  ///
  /// - Parameter passphrase: at most 1,023 bytes; not used when the key is not encrypted.
  /// - Throws: ``SealingError/passphraseMissing``, ``SealingError/wrongPassphrase``,
  ///   ``SealingError/malformedKey(expected:found:)``, ``SealingError/certificateMissing(expected:found:)``,
  ///   ``SealingError/unacceptableKey(owner:expected:found:)``.
  public init(pem: [UInt8], passphrase: String? = nil) throws(SealingError) {
    guard pem.count <= Self.maximumFileSize, let text = PEMText(pem) else {
      throw .malformedKey(expected: "PEM of at most \(Self.maximumFileSize) bytes", found: "something else")
    }
    var keys: [PEMText.Block] = []
    var certificates: [Certificate] = []
    for block in text.blocks where !Self.ignoredLabels.contains(block.label) {
      if Self.keyLabels.contains(block.label) {
        keys.append(block)
      } else if block.label == PEMText.certificateLabel {
        certificates.append(try Certificate.certificate(in: text, block))
      } else {
        throw .malformedKey(expected: "a private key and certificates in PEM", found: "a block \(block.label)")
      }
    }
    guard keys.count == 1 else {
      throw .malformedKey(expected: "one private key in PEM", found: "\(keys.count)")
    }
    let key = try Self.privateKey(in: text, keys[0], try Passphrase(passphrase))
    try self.init(key: key, certificates: certificates)
  }

  /// Reads a PKCS#12 file (RFC 7292) with one private key, its certificate and any chain.
  ///
  /// Files encrypted with RC2 or single DES, as old programs write them, are refused by the library.
  ///
  /// - Parameter passphrase: nil and the empty text stand for each other, as files without one are written both ways.
  /// - Throws: as ``init(pem:passphrase:)``.
  public init(pkcs12: [UInt8], passphrase: String? = nil) throws(SealingError) {
    guard pkcs12.count <= Self.maximumFileSize, let file = Self.pkcs12(pkcs12) else {
      throw .malformedKey(
        expected: "one PKCS#12 structure of at most \(Self.maximumFileSize) bytes", found: "something else")
    }
    let secret = try Passphrase(passphrase)
    try Self.requireAuthentic(file, secret, isGiven: passphrase.map { !$0.isEmpty } ?? false)
    var key: OpaquePointer?
    var own: OpaquePointer?
    var others: OpaquePointer?
    ERR_clear_error()
    let answer = withExtendedLifetime(secret) { PKCS12_parse(file.pointer, secret.text, &key, &own, &others) }
    defer {
      X509_free(own)
      openssl_shim_certificates_free(others)
    }
    guard answer == 1 else {
      throw .malformedKey(
        expected: "a PKCS#12 file that can be opened", found: "one that the library refuses: \(libraryReason())")
    }
    guard let key else { throw .malformedKey(expected: "one private key", found: "a PKCS#12 file without one") }
    let secretKey = try PrivateKey("PKCS12_parse", key)
    var certificates = try CertificateStack.certificates(in: others)
    if let own { certificates.insert(try Certificate(der: encodeDER(own, .certificate)), at: 0) }
    try self.init(key: secretKey, certificates: certificates)
  }

  private static func privateKey(
    in text: PEMText, _ block: PEMText.Block, _ passphrase: Passphrase
  ) throws(SealingError) -> PrivateKey {
    ERR_clear_error()
    let key = try text.reading(block) { (memory) throws(SealingError) in
      withExtendedLifetime(passphrase) {
        PEM_read_bio_PrivateKey(memory, nil, Passphrase.answer, passphrase.context)
      }
    }
    if let key { return try PrivateKey("PEM_read_bio_PrivateKey", key) }
    let reason = libraryReason()
    if passphrase.wasAsked { throw passphrase.failure }
    throw .malformedKey(expected: "a private key", found: "a block \(block.label) that the library refuses: \(reason)")
  }

  /// Windows writes PKCS#12 in BER: nothing may follow it, but its encoding is free.
  private static func pkcs12(_ bytes: [UInt8]) -> LibraryHandle? {
    ERR_clear_error()
    defer { ERR_clear_error() }
    var isWhole = false
    let file = bytes.withUnsafeBufferPointer { all in
      var position = all.baseAddress
      let file = d2i_PKCS12(nil, &position, all.count)
      isWhole = position == all.baseAddress.map { $0 + all.count }
      return file
    }
    guard let handle = try? LibraryHandle("d2i_PKCS12", file, .pkcs12), isWhole else { return nil }
    return handle
  }

  /// The file's own check value tells a wrong passphrase from a damaged file as far as anything does.
  private static func requireAuthentic(
    _ file: borrowing LibraryHandle, _ passphrase: Passphrase, isGiven: Bool
  ) throws(SealingError) {
    guard PKCS12_mac_present(file.pointer) == 1 else { return }
    defer { ERR_clear_error() }
    let isOpen = withExtendedLifetime(passphrase) {
      PKCS12_verify_mac(file.pointer, passphrase.text, -1) == 1
        || !isGiven && PKCS12_verify_mac(file.pointer, nil, 0) == 1
    }
    if !isOpen { throw isGiven ? .wrongPassphrase : .passphraseMissing }
  }
}
