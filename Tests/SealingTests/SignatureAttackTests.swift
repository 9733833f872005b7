import Testing
import UpdateModel

@testable import Sealing

@Suite struct SignatureAttackTests {
  private let shop: Workshop
  private let key: SigningKey
  private let content = Array("{\"format\":1}".utf8)
  private let signature: [UInt8]
  private let moment = Timestamp(year: 2026, month: 5, day: 4)

  init() throws {
    shop = try Workshop()
    key = try SigningKey.named("Site A")
    signature = try DetachedSignature.sign(content, keys: [key], signingTime: moment)
  }

  private func isRefused(_ signature: [UInt8]) -> Bool {
    do {
      _ = try DetachedSignature.verify(signature, content: content)
      return false
    } catch {
      return true
    }
  }

  @Test("altered content: one bit anywhere is refused, with the signer's name")
  func alteredContent() throws {
    let expected = SealingError.badSignature(
      signer: "CN=Site A", expected: "a signature of this content", found: "one of other content")
    for index in content.indices {
      var other = content
      other[index] ^= 0x20
      #expect(throws: expected) { try DetachedSignature.verify(signature, content: other) }
    }
    #expect(throws: expected) { try DetachedSignature.verify(signature, content: []) }
  }

  @Test("altered signature: with any bit flipped, the signer is not taken for the true one with anything changed")
  func alteredSignature() throws {
    let truth = try DetachedSignature.verify(signature, content: content)
    for index in signature.indices {
      for bit in 0..<8 {
        var altered = signature
        altered[index] ^= 1 << bit
        #expect(throws: SealingError.self) { try DetachedSignature.verify(altered, content: content + [0]) }
        guard let signers = try? DetachedSignature.verify(altered, content: content) else { continue }
        // What nobody signs may differ: the certificate, which its fingerprint then tells, and version numbers.
        let claims = signers.map(\.signingTime) == truth.map(\.signingTime)
        #expect(claims && signers.count == 1, "byte \(index), bit \(bit)")
        #expect(signers == truth || signers[0].certificate != key.certificate, "byte \(index), bit \(bit)")
      }
    }
  }

  @Test("truncated signature: refused at every length")
  func truncated() {
    for count in 0..<signature.count { #expect(isRefused(Array(signature.prefix(count)))) }
  }

  @Test("trailing bytes: refused")
  func trailing() {
    for rest in [[0], [0x30, 0], signature] as [[UInt8]] { #expect(isRefused(signature + rest)) }
  }

  @Test("endless data: a signature beyond the limit is refused before it is read")
  func endless() throws {
    let huge = [UInt8](repeating: 0x30, count: DetachedSignature.maximumSize + 1)
    let expected = SealingError.malformedSignature(
      expected: "at most \(DetachedSignature.maximumSize) bytes", found: "\(huge.count)")
    #expect(throws: expected) { try DetachedSignature.verify(huge, content: content) }
  }

  @Test("another encoding: a signature in BER or PEM is refused, though openssl takes it")
  func otherEncoding() throws {
    try shop.makeSigner("site")
    let streamed = try shop.signature(of: content, "-stream -nodetach -signer @site.pem -inkey @site.key")
    #expect(isRefused(streamed))
    try shop.write(signature, "own.sig")
    try shop.make("cms -cmsout -inform DER -in @own.sig -outform PEM -out @own.pem")
    #expect(try isRefused(shop.bytes("own.pem")))
  }

  @Test("wrong key: a signature by another key under the name of the signer is refused")
  func wrongKey() throws {
    for name in ["one", "two"] { try shop.makeSigner(name, serial: 7, subject: "Same") }
    let signature = try shop.signature(
      of: content, "-signer @one.pem -inkey @one.key -nocerts -certfile @two.pem")
    let error = #expect(throws: SealingError.self) { try DetachedSignature.verify(signature, content: content) }
    guard case .badSignature(signer: "CN=Same", _, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test("a certificate swapped: for the same name and key, the signer is another one; two at once are refused")
  func swappedCertificate() throws {
    try shop.makeSigner("site", subject: "Same")
    try shop.make(
      "req -x509 -config @empty.cnf -key @site.key -out @swapped.pem -days 9999 -set_serial 7 -subj /CN=Same")
    let options = "-signer @site.pem -inkey @site.key -certfile @swapped.pem"
    let swapped = try shop.signature(of: content, options + " -nocerts")
    let signers = try DetachedSignature.verify(swapped, content: content)
    #expect(try signers.map(\.certificate) == [shop.certificate("swapped.pem")])
    #expect(try signers[0].certificate != shop.certificate("site.pem"))
    #expect(try isRefused(shop.signature(of: content, options)))
  }

  @Test("a certificate left out: refused")
  func missingCertificate() throws {
    try shop.makeSigner("site")
    #expect(try isRefused(shop.signature(of: content, "-signer @site.pem -inkey @site.key -nocerts")))
  }

  @Test("content inside the signature: refused, also the same content")
  func attached() throws {
    try shop.makeSigner("site")
    let attached = try shop.signature(of: content, "-signer @site.pem -inkey @site.key -nodetach")
    let expected = SealingError.malformedSignature(
      expected: "a signature beside its content", found: "one with content inside")
    #expect(throws: expected) { try DetachedSignature.verify(attached, content: content) }
  }

  @Test("a digest that is no longer safe: refused by name", arguments: [("sha1", "SHA1"), ("md5", "MD5")])
  func weakDigest(digest: String, name: String) throws {
    try shop.makeSigner("site", "rsa:2048")
    let weak = try shop.signature(of: content, "-signer @site.pem -inkey @site.key -md \(digest)")
    let expected = SealingError.malformedSignature(
      expected: "a digest of SHA-256, SHA-384 or SHA-512", found: name)
    #expect(throws: expected) { try DetachedSignature.verify(weak, content: content) }
  }

  @Test("two digests: a signature that names another one than the content's is refused")
  func mixedDigests() throws {
    // ecdsa-with-SHA256 becomes ecdsa-with-SHA384 in the signer's own algorithm, which comes last.
    let name: [UInt8] = [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02]
    let place = try #require(signature.indices.last { signature[$0...].starts(with: name) })
    var altered = signature
    altered[place + name.count - 1] = 0x03
    let expected = SealingError.badSignature(
      signer: "CN=Site A", expected: "one digest algorithm", found: "a signature with another than the content's")
    #expect(throws: expected) { try DetachedSignature.verify(altered, content: content) }
  }

  @Test("a weak key: refused by name, whoever trusts it")
  func weakKey() throws {
    try shop.makeSigner("site", "rsa:1024")
    let weak = try shop.signature(of: content, "-signer @site.pem -inkey @site.key -md sha256")
    let expected = SealingError.unacceptableKey(
      owner: "CN=site", expected: AcceptedKey.words, found: "RSA of 1024 bits")
    #expect(throws: expected) { try DetachedSignature.verify(weak, content: content) }
  }

  @Test("no signers: a bag of certificates is no signature")
  func noSigners() throws {
    try shop.write(key.certificate.pem, "site.pem")
    try shop.make("crl2pkcs7 -nocrl -certfile @site.pem -outform DER -out @none.sig")
    let expected = SealingError.malformedSignature(expected: "1 to 16 signers", found: "0")
    #expect(throws: expected) { try DetachedSignature.verify(shop.bytes("none.sig"), content: content) }
  }

  @Test("no signed attributes: refused")
  func noAttributes() throws {
    try shop.makeSigner("site")
    #expect(try isRefused(shop.signature(of: content, "-signer @site.pem -inkey @site.key -noattr")))
  }

  @Test("one signer counted twice: refused, also under two certificates for one key")
  func duplicateSigner() throws {
    try shop.makeSigner("site")
    try shop.make("req -x509 -config @empty.cnf -key @site.key -out @again.pem -days 99 -set_serial 8 -subj /CN=again")
    let twice = try shop.signature(
      of: content, "-signer @site.pem -inkey @site.key -signer @again.pem -inkey @site.key")
    let error = #expect(throws: SealingError.self) { try DetachedSignature.verify(twice, content: content) }
    guard case .duplicateSigner = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    let keys = try ["site.pem", "again.pem"].map { try shop.key("site.key", $0) }
    #expect(throws: SealingError.duplicateSigner(signer: "CN=again")) {
      try DetachedSignature.sign(content, keys: keys, signingTime: moment)
    }
  }

  @Test("one false signer among true ones: refused, and named")
  func oneFalse() throws {
    let other = try SigningKey.named("Site B")
    let both = try DetachedSignature.sign(content, keys: [key, other], signingTime: moment)
    // The last bytes belong to the signature of the last signer.
    var altered = both
    altered[altered.count - 1] ^= 1
    let last = try #require(try DetachedSignature.verify(both, content: content).last).certificate.subject
    let error = #expect(throws: SealingError.self) { try DetachedSignature.verify(altered, content: content) }
    guard case .badSignature(signer: last, _, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test("another structure: encrypted, compressed or digested CMS is refused")
  func otherStructure() throws {
    try shop.write(content, "content")
    try shop.make("cms -digest_create -binary -in @content -outform DER -out @digested")
    #expect(try isRefused(shop.bytes("digested")))
    #expect(isRefused(key.certificate.der))
    #expect(isRefused([]))
  }
}
