import Testing
import UpdateModel

@testable import Sealing

@Suite struct CertificateTests {
  private let shop: Workshop

  init() throws { shop = try Workshop() }

  @Test("a certificate reads the same from PEM and DER, and says what openssl says")
  func reading() throws {
    try shop.makeSigner("site", subject: "Site%20A/O=Acme,%20Inc.")
    try shop.make("x509 -in @site.pem -outform DER -out @site.der")
    let certificate = try shop.certificate("site.pem")
    #expect(try certificate == Certificate(der: shop.bytes("site.der")))
    #expect(try certificate.pem == shop.text("site.pem"))
    #expect(try Certificate(pem: certificate.pem) == certificate)
    #expect(certificate.subject == "O=Acme\\, Inc.,CN=Site A")
    let facts = try shop.openssl("x509 -in @site.pem -noout -fingerprint -sha256")
    let fingerprint = String(decoding: facts.output, as: UTF8.self).replacing(":", with: "")
    #expect(fingerprint.contains(certificate.fingerprint.hex))
    #expect(certificate.validUntil.seconds(since: certificate.validFrom) == 1_000 * 86_400)
  }

  @Test("validity outside of two-digit years is read")
  func validity() throws {
    let (from, until) = (Timestamp(year: 1951, month: 2, day: 3), Timestamp(year: 2150, month: 12, day: 31))
    let key = try SigningKey.create(commonName: "Long", validFrom: from, validUntil: until)
    #expect(key.certificate.validFrom == from)
    #expect(key.certificate.validUntil == until)
  }

  @Test("an authority is one that may issue certificates")
  func authority() throws {
    let issuer = "basicConstraints=critical,CA:TRUE"
    try shop.makeSigner("ca", extensions: [issuer])
    try shop.makeSigner("restricted", extensions: [issuer, "keyUsage=digitalSignature"])
    try shop.makeSigner("leaf", extensions: ["basicConstraints=CA:FALSE"])
    #expect(try shop.certificate("ca.pem").isAuthority)
    #expect(try !shop.certificate("restricted.pem").isAuthority)
    #expect(try !shop.certificate("leaf.pem").isAuthority)
  }

  @Test("control and direction characters of a subject are escaped, other letters are not")
  func escaped() throws {
    let key = try SigningKey.named("Größe \u{202E}gpj.\u{200B}")
    #expect(key.certificate.subject == "CN=Größe \\E2\\80\\AEgpj.\\E2\\80\\8B")
    try shop.make("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out @k.key")
    try shop.make("req -x509 -config @empty.cnf -key @k.key -out @k.pem -days 1 -subj /CN=a\u{1B}[31mred\n")
    let subject = try shop.certificate("k.pem").subject
    #expect(subject == "CN=a\\1B[31mred\\0A")
  }

  @Test("bytes after a certificate, a second one, other text and other blocks are refused")
  func strict() throws {
    let certificate = try SigningKey.named("Site").certificate
    let (der, pem) = (certificate.der, certificate.pem)
    #expect(throws: SealingError.self) { try Certificate(der: der + [0]) }
    #expect(throws: SealingError.self) { try Certificate(der: []) }
    #expect(throws: SealingError.self) { try Certificate(der: [UInt8](repeating: 0x30, count: 40_000)) }
    #expect(try Certificate(pem: "\n" + pem.replacing("\n", with: "\r\n") + "\n\n") == certificate)
    let others = [
      "", pem + pem, "subject=x\n" + pem, pem + "x", pem.replacing("CERTIFICATE", with: "X509 CRL"),
      pem.replacing("END", with: "ENd"), String(pem.dropLast(20)), pem.replacing("\nMII", with: "\n*II"),
      pem + String(repeating: "\n", count: 100_000),
    ]
    for other in others {
      #expect(throws: SealingError.self, "\(other.debugDescription)") { try Certificate(pem: other) }
    }
  }

  /// Found by fuzzing: the library skips such bytes at the end of a line.
  @Test("bytes that are no ASCII are refused inside a block, and skipped outside")
  func foreignBytes() throws {
    try shop.makeSigner("site")
    let pem = try shop.bytes("site.pem")
    let firstLineEnd = try #require(pem.dropFirst(40).firstIndex(of: UInt8(ascii: "\n")))
    let spoiled = pem[..<firstLineEnd] + [0xB0, 0xCC] + pem[firstLineEnd...]
    #expect(throws: SealingError.self) { try Certificate.certificates(pemBundle: Array(spoiled)) }
    #expect(try Certificate.certificates(pemBundle: [0xB0, 0x0A] + pem) == [shop.certificate("site.pem")])
  }

  @Test("every truncation of a certificate is refused")
  func truncated() throws {
    let der = try SigningKey.named("Site").certificate.der
    for count in 0..<der.count {
      #expect(throws: SealingError.self) { try Certificate(der: Array(der.prefix(count))) }
    }
  }

  @Test("a bundle gives its certificates in order, skips text, and is bounded")
  func bundle() throws {
    let keys = try ["A", "B"].map { try SigningKey.named($0) }
    let text = keys.map { "subject=\($0)\n\($0.certificate.pem)" }.joined(separator: "\n")
    #expect(try Certificate.certificates(pemBundle: Array(text.utf8)) == keys.map(\.certificate))
    #expect(throws: SealingError.self) { try Certificate.certificates(pemBundle: Array("none".utf8)) }
    #expect(throws: SealingError.self) { try Certificate.certificates(pemBundle: keys[0].pem) }
    let many = String(repeating: keys[0].certificate.pem, count: 65)
    #expect(throws: SealingError.self) { try Certificate.certificates(pemBundle: Array(many.utf8)) }
  }
}
