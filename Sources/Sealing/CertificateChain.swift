import COpenSSL
public import UpdateModel

/// Whether a certificate leads to one that somebody chose to trust.
///
/// Only what is given counts: no certificates of the system, no network, no revocation lists.
public enum CertificateChain {
  /// An answer with its reason.
  public enum Trust: Hashable, Sendable {
    /// Leads to this anchor, which is the certificate itself when it was pinned.
    case trusted(anchor: Certificate)
    /// Does not, and why.
    case refused(reason: String)

    public var isTrusted: Bool { if case .trusted = self { true } else { false } }
  }

  /// Most certificates between a signer and its anchor.
  public static let maximumDepth = 8

  /// Whether `certificate` is one of `anchors`, or was issued below one of them by authorities only.
  ///
  /// All certificates of the way must hold at `moment`, the anchor too. The certificate must be allowed to sign: a key
  /// usage that says digital signature or content commitment (or is absent); and, unless it is an anchor itself, an
  /// extended key usage for code or mail (or none): a web server of the same authority is no signer.
  /// An anchor may be an intermediate authority; signatures and keys weaker than 112 bits (SHA-1, RSA below 2048) are
  /// refused on the way.
  ///
  /// - Parameters:
  ///   - intermediates: authorities that came along; none of them is trusted for it. Leave revoked ones out: then no
  ///     chain leads over them.
  ///   - anchors: pinned certificates and authorities that somebody trusts (still).
  /// - Throws: ``SealingError/library(call:text:)`` when the library cannot answer.
  public static func isTrusted(
    _ certificate: Certificate, intermediates: [Certificate], anchors: [Certificate], at moment: Timestamp
  ) throws(SealingError) -> Trust {
    if anchors.isEmpty { return .refused(reason: "no certificate is trusted") }
    let path = try CertificatePath(
      certificate, intermediates: try CertificateStack(intermediates), anchors: anchors, moment: moment)
    if let reason = try path.refusal() { return .refused(reason: reason) }
    let way = try path.certificates()
    guard let anchor = way.last, anchors.contains(anchor) else {
      return .refused(reason: "the chain of \(certificate.subject) ends at no trusted certificate")
    }
    if let issuer = way.dropFirst().first(where: { !$0.isAuthority }) {
      return .refused(reason: "\(issuer.subject) is no authority and may not issue certificates")
    }
    if let reason = try usageRefusal(certificate, isAnchor: way.count == 1) { return .refused(reason: reason) }
    return .trusted(anchor: anchor)
  }

  private static func usageRefusal(_ certificate: Certificate, isAnchor: Bool) throws(SealingError) -> String? {
    let handle = try certificate.handle()
    // Both answer all bits when there is no such extension.
    let usage = X509_get_key_usage(handle.pointer)
    guard usage & UInt32(KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION) != 0 else {
      return "the key usage of \(certificate.subject) has no digital signature"
    }
    let purposes = X509_get_extended_key_usage(handle.pointer)
    guard isAnchor || purposes & UInt32(XKU_CODE_SIGN | XKU_SMIME | XKU_ANYEKU) != 0 else {
      return "the extended key usage of \(certificate.subject) is for neither code nor mail"
    }
    return nil
  }
}

/// One run of the library's chain building.
private struct CertificatePath: ~Copyable {
  private let subject: String
  // First, to be freed first: it borrows the others.
  private let context: LibraryHandle
  private let leaf: LibraryHandle
  private let store: LibraryHandle
  private let intermediates: CertificateStack

  init(
    _ certificate: Certificate, intermediates: consuming CertificateStack, anchors: [Certificate], moment: Timestamp
  ) throws(SealingError) {
    ERR_clear_error()
    let leaf = try certificate.handle()
    let store = try LibraryHandle("X509_STORE_new", X509_STORE_new(), .trustStore)
    for anchor in anchors {
      let one = try anchor.handle()
      try check("X509_STORE_add_cert", X509_STORE_add_cert(store.pointer, one.pointer))
    }
    let context = try LibraryHandle("X509_STORE_CTX_new", X509_STORE_CTX_new(), .chainCheck)
    try check(
      "X509_STORE_CTX_init",
      X509_STORE_CTX_init(context.pointer, store.pointer, leaf.pointer, intermediates.pointer))
    try Self.configure(context, moment)
    subject = certificate.subject
    self.context = context
    self.leaf = leaf
    self.store = store
    self.intermediates = intermediates
  }

  private static func configure(_ context: borrowing LibraryHandle, _ moment: Timestamp) throws(SealingError) {
    guard let rules = X509_STORE_CTX_get0_param(context.pointer) else {
      throw libraryError("X509_STORE_CTX_get0_param")
    }
    // Every anchor was chosen, so each may end the chain, issued by another or not.
    try check("X509_VERIFY_PARAM_set_flags", X509_VERIFY_PARAM_set_flags(rules, UInt(X509_V_FLAG_PARTIAL_CHAIN)))
    X509_VERIFY_PARAM_set_time(rules, LibraryTime.seconds(moment))
    X509_VERIFY_PARAM_set_depth(rules, Int32(CertificateChain.maximumDepth))
    X509_VERIFY_PARAM_set_auth_level(rules, 2)
  }

  /// The library's reason against the certificate; nil when there is none.
  func refusal() throws(SealingError) -> String? {
    let answer = X509_verify_cert(context.pointer)
    guard answer >= 0 else { throw libraryError("X509_verify_cert") }
    ERR_clear_error()
    if answer == 1 { return nil }
    let code = X509_STORE_CTX_get_error(context.pointer)
    let text = X509_verify_cert_error_string(Int(code)).map { String(cString: $0) } ?? "error \(code)"
    guard let culprit = X509_STORE_CTX_get_current_cert(context.pointer) else { return "\(subject): \(text)" }
    return "\(try Certificate.text(of: X509_get_subject_name(culprit))): \(text)"
  }

  /// From the certificate to its anchor.
  func certificates() throws(SealingError) -> [Certificate] {
    try CertificateStack.certificates(in: X509_STORE_CTX_get0_chain(context.pointer))
  }
}
