import Testing
import UpdateModel

@testable import Sealing

@Suite struct SigningKeyTests {
  private let shop: Workshop

  init() throws { shop = try Workshop() }

  @Test("a new key has a certificate that may sign and may not issue, valid as asked")
  func create() throws {
    let key = try SigningKey.create(
      commonName: "Site A", validFrom: Workshop.start, validUntil: Workshop.end.adding(seconds: 0.75))
    #expect(key.certificate.subject == "CN=Site A")
    #expect(key.certificate.validFrom == Workshop.start)
    #expect(key.certificate.validUntil == Workshop.end)
    #expect(!key.certificate.isAuthority)
    #expect(key.chain.isEmpty)
    try shop.write(key.certificate.pem, "site.pem")
    let text = String(decoding: try shop.openssl("x509 -in @site.pem -noout -text").output, as: UTF8.self)
    for words in ["Version: 3", "ASN1 OID: prime256v1", "CA:FALSE", "Digital Signature", "ecdsa-with-SHA256"] {
      #expect(text.contains(words), "\(words)")
    }
    #expect(try SigningKey.named("Site A").certificate != key.certificate)
  }

  @Test(
    "a name or a validity that a certificate cannot hold is refused",
    arguments: [
      ("", Workshop.start, Workshop.end), (String(repeating: "n", count: 65), Workshop.start, Workshop.end),
      ("a\nb", Workshop.start, Workshop.end), ("a", Workshop.end, Workshop.start),
      ("a", Timestamp(year: 1949, month: 12, day: 31), Workshop.end),
    ])
  func outOfRange(name: String, from: Timestamp, until: Timestamp) throws {
    let error = #expect(throws: SealingError.self) {
      try SigningKey.create(commonName: name, validFrom: from, validUntil: until)
    }
    guard case .outOfRange = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test("what is stored reads back, with its chain")
  func stored() throws {
    try shop.makeOrganisation()
    let key = try shop.key("leaf.key", "root.pem", "leaf.pem", "intermediate.pem")
    #expect(try key.certificate == shop.certificate("leaf.pem"))
    #expect(try key.chain == [shop.certificate("root.pem"), shop.certificate("intermediate.pem")])
    let again = try SigningKey(pem: key.pem)
    #expect(again.certificate == key.certificate)
    #expect(again.chain == key.chain)
    #expect(try again.pem == key.pem)
  }

  @Test(
    "keys that openssl made are read",
    arguments: [
      "ec -pkeyopt ec_paramgen_curve:P-256", "ec -pkeyopt ec_paramgen_curve:P-384", "rsa:2048", "rsa:3072",
    ])
  func accepted(kind: String) throws {
    try shop.makeSigner("site", kind)
    #expect(try shop.key("site.key", "site.pem").certificate == shop.certificate("site.pem"))
  }

  @Test(
    "keys that are too weak or of another kind are refused by name",
    arguments: [
      ("rsa:1024", "RSA of 1024 bits"), ("ec -pkeyopt ec_paramgen_curve:secp256k1", "EC secp256k1"),
      ("ec -pkeyopt ec_paramgen_curve:P-521", "EC secp521r1"), ("ed25519", "ED25519 of 256 bits"),
    ])
  func refused(kind: String, name: String) throws {
    try shop.makeSigner("site", kind)
    #expect(throws: SealingError.unacceptableKey(owner: "CN=site", expected: AcceptedKey.words, found: name)) {
      try shop.key("site.key", "site.pem")
    }
  }

  @Test(
    "an encrypted key opens with its passphrase only, and nobody is asked for it",
    arguments: [
      "ec -aes256 -in @site.key -out @locked.key", "pkcs8 -topk8 -v2 aes256 -in @site.key -out @locked.key",
      "pkcs8 -topk8 -scrypt -in @site.key -out @locked.key",
    ])
  func encrypted(command: String) throws {
    try shop.makeSigner("site")
    try shop.write(Workshop.passphrase, "secret")
    try shop.make("\(command) -passout file:\(shop.place("secret"))")
    #expect(try shop.text("locked.key").contains("ENCRYPTED"))
    let opened = try shop.key("locked.key", "site.pem", passphrase: Workshop.passphrase)
    #expect(try opened.pem == shop.key("site.key", "site.pem").pem)
    #expect(throws: SealingError.wrongPassphrase) { try shop.key("locked.key", "site.pem", passphrase: "other") }
    #expect(throws: SealingError.wrongPassphrase) { try shop.key("locked.key", "site.pem", passphrase: "") }
    #expect(throws: SealingError.passphraseMissing) { try shop.key("locked.key", "site.pem") }
  }

  @Test("a key that is stored encrypted opens with its passphrase only, here and for openssl")
  func storedEncrypted() throws {
    let key = try SigningKey.named("Site")
    let stored = try key.pem(passphrase: Workshop.passphrase)
    #expect(try SigningKey(pem: stored, passphrase: Workshop.passphrase).pem == key.pem)
    #expect(throws: SealingError.passphraseMissing) { try SigningKey(pem: stored) }
    #expect(throws: SealingError.wrongPassphrase) { try SigningKey(pem: stored, passphrase: "other") }
    #expect(throws: SealingError.self) { try key.pem(passphrase: "") }
    try shop.write(stored, "stored.pem")
    try shop.write(Workshop.passphrase, "secret")
    try shop.make("pkey -in @stored.pem -passin file:\(shop.place("secret")) -out @open.key")
    #expect(try key.pem.starts(with: shop.bytes("open.key")))
  }

  @Test(
    "a passphrase that is too long or holds a NUL is refused", arguments: [String(repeating: "p", count: 1_024), "a\0"])
  func passphraseBounds(passphrase: String) throws {
    try shop.makeSigner("site")
    #expect(throws: SealingError.self) { try shop.key("site.key", "site.pem", passphrase: passphrase) }
  }

  @Test("a PKCS#12 file gives key, certificate and chain, with its passphrase only")
  func pkcs12() throws {
    try shop.makeOrganisation()
    try shop.write(shop.text("intermediate.pem") + shop.text("root.pem"), "chain.pem")
    try shop.make(
      "pkcs12 -export -inkey @leaf.key -in @leaf.pem -certfile @chain.pem -out @leaf.p12 -passout pass:secret")
    let file = try shop.bytes("leaf.p12")
    let key = try SigningKey(pkcs12: file, passphrase: "secret")
    #expect(try key.certificate == shop.certificate("leaf.pem"))
    #expect(try Set(key.chain) == [shop.certificate("intermediate.pem"), shop.certificate("root.pem")])
    #expect(throws: SealingError.wrongPassphrase) { try SigningKey(pkcs12: file, passphrase: "Secret") }
    #expect(throws: SealingError.passphraseMissing) { try SigningKey(pkcs12: file, passphrase: nil) }
    #expect(throws: SealingError.self) { try SigningKey(pkcs12: file + [0], passphrase: "secret") }
    for count in stride(from: 0, to: file.count, by: 7) {
      #expect(throws: SealingError.self) { try SigningKey(pkcs12: Array(file.prefix(count)), passphrase: "secret") }
    }
  }

  @Test("a PKCS#12 file as older programs write it is read; one without a passphrase too", arguments: ["secret", ""])
  func olderPKCS12(passphrase: String) throws {
    try shop.makeSigner("site", "rsa:2048")
    try shop.make(
      "pkcs12 -export -inkey @site.key -in @site.pem -out @site.p12 -passout pass:\(passphrase) "
        + "-keypbe PBE-SHA1-3DES -certpbe PBE-SHA1-3DES -macalg sha1")
    let file = try shop.bytes("site.p12")
    #expect(try SigningKey(pkcs12: file, passphrase: passphrase).certificate == shop.certificate("site.pem"))
    if passphrase.isEmpty {
      #expect(try SigningKey(pkcs12: file, passphrase: nil).certificate == shop.certificate("site.pem"))
    }
  }

  @Test("a certificate of another key, none, or two keys are refused")
  func mismatch() throws {
    for name in ["one", "two"] { try shop.makeSigner(name) }
    let other = SealingError.certificateMissing(
      expected: "one certificate for the key", found: "1 certificates of other keys")
    #expect(throws: other) { try shop.key("one.key", "two.pem") }
    #expect(throws: SealingError.self) { try shop.key("one.key") }
    #expect(throws: SealingError.self) { try shop.key("one.pem") }
    #expect(throws: SealingError.self) { try shop.key("one.key", "two.key", "one.pem", "two.pem") }
    #expect(try shop.key("one.key", "two.pem", "one.pem").certificate == shop.certificate("one.pem"))
  }

  @Test("keys of forms that are not read are refused by their label")
  func otherForms() throws {
    try shop.makeSigner("site")
    let text = try shop.text("site.key").replacing("PRIVATE KEY", with: "OPENSSH PRIVATE KEY")
    let expected = SealingError.malformedKey(
      expected: "a private key and certificates in PEM", found: "a block OPENSSH PRIVATE KEY")
    #expect(throws: expected) { try SigningKey(pem: Array(text.utf8)) }
  }

  @Test("printing a key or an error about it never shows the key")
  func silent() throws {
    let key = try SigningKey.named("Site")
    let lines = String(decoding: try key.pem, as: UTF8.self).split(separator: "\n")
    var printed = "\(key) \(String(reflecting: key))"
    dump(key, to: &printed)
    #expect(printed.contains("CN=Site"))
    #expect(!lines[1...3].contains { printed.contains($0) })
    let broken = lines[0] + "\n" + lines[1] + "\n" + lines[3...].joined(separator: "\n")
    let error = #expect(throws: SealingError.self) { try SigningKey(pem: Array(broken.utf8)) }
    #expect(!lines[1...3].contains { "\(String(describing: error))".contains($0) })
  }
}
