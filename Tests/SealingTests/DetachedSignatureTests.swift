import Testing
import UpdateModel

@testable import Sealing

@Suite struct DetachedSignatureTests {
  private let shop: Workshop
  private let content = Array("{\"format\":1}\r\n".utf8)
  private let moment = Timestamp(year: 2026, month: 5, day: 4).adding(seconds: 3_661)

  init() throws { shop = try Workshop() }

  @Test(
    "what one key signs, openssl verifies and we do", arguments: ["", "-purpose any", "-x509_strict", "-partial_chain"])
  func ownKey(options: String) throws {
    let key = try SigningKey.named("Site A")
    let signature = try DetachedSignature.sign(content, keys: [key], signingTime: moment)
    #expect(try shop.accepts(signature, of: content, trusting: [key.certificate], options: options))
    let signers = try DetachedSignature.verify(signature, content: content)
    #expect(signers == [Signer(certificate: key.certificate, signingTime: moment, intermediates: [])])
    let other = try SigningKey.named("Site B").certificate
    #expect(try !shop.accepts(signature, of: content, trusting: [other], options: options))
    #expect(try !shop.accepts(signature, of: content + [0], trusting: [key.certificate], options: options))
  }

  @Test("a signature says SHA-256, content type, digest and time, and nothing of the writer's machine")
  func form() throws {
    let key = try SigningKey.named("Site A")
    let signature = try DetachedSignature.sign(content, keys: [key], signingTime: moment)
    try shop.write(signature, "manifest.sig")
    let printed = try shop.openssl("cms -cmsout -print -noout -inform DER -in @manifest.sig").output
    let text = String(decoding: printed, as: UTF8.self)
    for words in ["eContent: <ABSENT>", "sha256", "contentType", "messageDigest", "signingTime", "ecdsa-with-SHA256"] {
      #expect(text.contains(words), "\(words)")
    }
    #expect(text.contains("May  4 01:01:01 2026 GMT"))
    #expect(!text.contains("S/MIME Capabilities"))
  }

  @Test("empty content and content of a megabyte are signed", arguments: [0, 1, 1 << 20])
  func sizes(count: Int) throws {
    let content = [UInt8](repeating: 0x0A, count: count)
    let key = try SigningKey.named("Site A")
    let signature = try DetachedSignature.sign(content, keys: [key], signingTime: moment)
    #expect(try DetachedSignature.verify(signature, content: content).map(\.certificate) == [key.certificate])
    #expect(try shop.accepts(signature, of: content, trusting: [key.certificate]))
  }

  @Test("keys of every accepted kind sign together, and openssl verifies all of them")
  func kinds() throws {
    for (name, kind) in [("p384", "ec -pkeyopt ec_paramgen_curve:P-384"), ("rsa", "rsa:2048")] {
      try shop.makeSigner(name, kind)
    }
    let keys = try [shop.key("p384.key", "p384.pem"), shop.key("rsa.key", "rsa.pem"), SigningKey.named("P-256")]
    let signature = try DetachedSignature.sign(content, keys: keys, signingTime: moment)
    #expect(try shop.accepts(signature, of: content, trusting: keys.map(\.certificate)))
    #expect(try !shop.accepts(signature, of: content, trusting: keys.dropLast().map(\.certificate)))
    let signers = try DetachedSignature.verify(signature, content: content)
    #expect(Set(signers.map(\.certificate)) == Set(keys.map(\.certificate)))
    #expect(signers.count == 3)
    #expect(signers.allSatisfy { $0.intermediates.count == 2 && $0.signingTime == moment })
  }

  @Test("a second signer is added to a signature that holds, beside the first")
  func coSigning() throws {
    let keys = try ["First", "Second"].map { try SigningKey.named($0) }
    let first = try DetachedSignature.sign(content, keys: [keys[0]], signingTime: moment)
    let later = moment.adding(seconds: 60)
    let both = try DetachedSignature.adding(keys[1], to: first, content: content, signingTime: later)
    #expect(try shop.accepts(both, of: content, trusting: keys.map(\.certificate)))
    let times = Dictionary(
      uniqueKeysWithValues: try DetachedSignature.verify(both, content: content).map {
        ($0.certificate, $0.signingTime)
      })
    #expect(times == [keys[0].certificate: moment, keys[1].certificate: later])
    #expect(throws: SealingError.duplicateSigner(signer: "CN=Second")) {
      try DetachedSignature.adding(keys[1], to: both, content: content, signingTime: later)
    }
    #expect(throws: SealingError.self) {
      try DetachedSignature.adding(keys[1], to: first, content: content + [0], signingTime: later)
    }
  }

  @Test("a signature by openssl with another digest is co-signed too")
  func coSigningForeign() throws {
    try shop.makeSigner("site")
    let foreign = try shop.signature(of: content, "-signer @site.pem -inkey @site.key -md sha512")
    let key = try SigningKey.named("Second")
    let both = try DetachedSignature.adding(key, to: foreign, content: content, signingTime: moment)
    #expect(try shop.accepts(both, of: content, trusting: [shop.certificate("site.pem"), key.certificate]))
    #expect(try DetachedSignature.verify(both, content: content).count == 2)
  }

  @Test("an organisation's signer carries its chain, and openssl verifies it with the root alone")
  func organisation() throws {
    try shop.makeOrganisation()
    let key = try shop.key("leaf.key", "leaf.pem", "intermediate.pem")
    let signature = try DetachedSignature.sign(content, keys: [key], signingTime: moment)
    #expect(try shop.accepts(signature, of: content, trusting: [shop.certificate("root.pem")]))
    let signer = try #require(try DetachedSignature.verify(signature, content: content).first)
    #expect(try signer.intermediates == [shop.certificate("intermediate.pem")])
    let bare = try DetachedSignature.sign(content, keys: [shop.key("leaf.key", "leaf.pem")], signingTime: moment)
    #expect(try !shop.accepts(bare, of: content, trusting: [shop.certificate("root.pem")]))
  }

  @Test("openssl verifies a signer for code only with -purpose any")
  func codeSigner() throws {
    try shop.makeOrganisation(leafExtensions: ["keyUsage=digitalSignature", "extendedKeyUsage=codeSigning"])
    let (key, root) = try (shop.key("leaf.key", "leaf.pem", "intermediate.pem"), shop.certificate("root.pem"))
    let signature = try DetachedSignature.sign(content, keys: [key], signingTime: moment)
    #expect(try shop.accepts(signature, of: content, trusting: [root], options: "-purpose any"))
    #expect(try !shop.accepts(signature, of: content, trusting: [root]))
    let signer = try #require(try DetachedSignature.verify(signature, content: content).first)
    let trust = try CertificateChain.isTrusted(
      signer.certificate, intermediates: signer.intermediates, anchors: [root],
      at: signer.certificate.validFrom.adding(seconds: 60))
    #expect(trust == .trusted(anchor: root))
  }

  @Test("one key signs from several tasks at once")
  func concurrent() async throws {
    let key = try SigningKey.named("Site A")
    try await withThrowingTaskGroup(of: Int.self) { group in
      for number in 0..<16 {
        group.addTask {
          let content = Array("content \(number)".utf8)
          let signature = try DetachedSignature.sign(content, keys: [key], signingTime: moment)
          return try DetachedSignature.verify(signature, content: content).count
        }
      }
      let counts = try await group.reduce(into: []) { $0.append($1) }
      #expect(counts == [Int](repeating: 1, count: 16))
    }
  }

  @Test("two keys with one chain put it in once")
  func sharedChain() throws {
    try shop.makeOrganisation()
    try shop.issue("other", by: "intermediate", extensions: ["keyUsage=digitalSignature"])
    let keys = try ["leaf", "other"].map { try shop.key("\($0).key", "\($0).pem", "intermediate.pem") }
    let signature = try DetachedSignature.sign(content, keys: keys, signingTime: moment)
    #expect(try shop.accepts(signature, of: content, trusting: [shop.certificate("root.pem")]))
    #expect(try DetachedSignature.verify(signature, content: content).map(\.intermediates.count) == [2, 2])
  }

  @Test(
    "what openssl signs is verified",
    arguments: [
      ("ec -pkeyopt ec_paramgen_curve:P-256", "-md sha256"), ("ec -pkeyopt ec_paramgen_curve:P-384", "-md sha384"),
      ("rsa:2048", "-md sha256"), ("rsa:2048", "-md sha512 -keyopt rsa_padding_mode:pss"),
      ("ec -pkeyopt ec_paramgen_curve:P-256", "-md sha256 -keyid"),
      ("ec -pkeyopt ec_paramgen_curve:P-256", "-md sha256 -cades"), ("rsa:2048", "-md sha256 -nosmimecap"),
    ])
  func foreign(kind: String, options: String) throws {
    try shop.makeSigner("site", kind, extensions: ["subjectKeyIdentifier=hash"])
    let signature = try shop.signature(of: content, "-signer @site.pem -inkey @site.key \(options)")
    let signer = try #require(try DetachedSignature.verify(signature, content: content).first)
    #expect(try signer.certificate == shop.certificate("site.pem"))
    #expect(signer.signingTime != nil)
    #expect(throws: SealingError.self) { try DetachedSignature.verify(signature, content: content + [0]) }
  }

  @Test("two signers and a chain by openssl are verified")
  func foreignTwo() throws {
    try shop.makeOrganisation()
    try shop.makeSigner("second", "rsa:2048")
    let signature = try shop.signature(
      of: content,
      "-signer @leaf.pem -inkey @leaf.key -signer @second.pem -inkey @second.key -certfile @intermediate.pem -md sha256"
    )
    let signers = try DetachedSignature.verify(signature, content: content)
    #expect(try Set(signers.map(\.certificate)) == [shop.certificate("leaf.pem"), shop.certificate("second.pem")])
    let leaf = try #require(try signers.first { try $0.certificate == shop.certificate("leaf.pem") })
    #expect(try leaf.intermediates.contains(shop.certificate("intermediate.pem")))
  }

  @Test("signing twice gives two signatures of one length or so: ECDSA in this library is random")
  func random() throws {
    let key = try SigningKey.named("Site A")
    let signatures = try (0..<2).map { _ in try DetachedSignature.sign(content, keys: [key], signingTime: moment) }
    #expect(signatures[0] != signatures[1])
    #expect(abs(signatures[0].count - signatures[1].count) < 8)
  }

  @Test("an RSA key signs the same bytes each time")
  func deterministic() throws {
    try shop.makeSigner("rsa", "rsa:2048")
    let key = try shop.key("rsa.key", "rsa.pem")
    let signatures = try (0..<2).map { _ in try DetachedSignature.sign(content, keys: [key], signingTime: moment) }
    #expect(signatures[0] == signatures[1])
  }

  @Test("no key, a key twice, too many keys and a time before 1950 are refused")
  func refused() throws {
    let key = try SigningKey.named("Site A")
    let sign = { (keys: [SigningKey], time: Timestamp) in
      try DetachedSignature.sign(content, keys: keys, signingTime: time)
    }
    #expect(throws: SealingError.self) { try sign([], moment) }
    #expect(throws: SealingError.duplicateSigner(signer: "CN=Site A")) { try sign([key, key], moment) }
    #expect(throws: SealingError.self) { try sign([SigningKey](repeating: key, count: 17), moment) }
    #expect(throws: SealingError.self) { try sign([key], Timestamp.never) }
  }
}
