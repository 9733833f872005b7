import Testing
import UpdateModel

@testable import Sealing

@Suite struct CertificateChainTests {
  private let shop: Workshop

  init() throws { shop = try Workshop() }

  private func trust(
    _ name: String, with intermediates: [String] = [], anchors: [String], after hours: Double = 1
  ) throws -> CertificateChain.Trust {
    let certificate = try shop.certificate("\(name).pem")
    return try CertificateChain.isTrusted(
      certificate, intermediates: intermediates.map { try shop.certificate("\($0).pem") },
      anchors: anchors.map { try shop.certificate("\($0).pem") },
      at: certificate.validFrom.adding(seconds: hours * 3_600))
  }

  private func reason(_ trust: CertificateChain.Trust) -> String {
    if case .refused(let reason) = trust { reason } else { "" }
  }

  @Test("a pinned certificate is trusted, another one of the same name is not")
  func pinned() throws {
    let keys = try (0..<2).map { _ in try SigningKey.named("Site A").certificate }
    let moment = Timestamp(year: 2026, month: 1, day: 1)
    let trust = try CertificateChain.isTrusted(keys[0], intermediates: [], anchors: [keys[0]], at: moment)
    #expect(trust == .trusted(anchor: keys[0]))
    let other = try CertificateChain.isTrusted(keys[1], intermediates: [keys[1]], anchors: [keys[0]], at: moment)
    #expect(!other.isTrusted)
    #expect(reason(other).contains("CN=Site A"))
    let none = try CertificateChain.isTrusted(keys[0], intermediates: [keys[0]], anchors: [], at: moment)
    #expect(none == .refused(reason: "no certificate is trusted"))
  }

  @Test("an expired or not yet valid certificate is refused by the time that is given")
  func time() throws {
    let certificate = try SigningKey.named("Site A").certificate
    let at = { moment in
      try CertificateChain.isTrusted(certificate, intermediates: [], anchors: [certificate], at: moment)
    }
    #expect(try at(Workshop.start).isTrusted)
    #expect(try at(Workshop.end.adding(seconds: -1)).isTrusted)
    #expect(try reason(at(Workshop.end)) == "CN=Site A: certificate has expired")
    #expect(try reason(at(Workshop.start.adding(seconds: -1))) == "CN=Site A: certificate is not yet valid")
  }

  @Test("a trusted root, and a trusted intermediate alone, stand for the signer below")
  func organisation() throws {
    try shop.makeOrganisation()
    #expect(
      try trust("leaf", with: ["intermediate"], anchors: ["root"])
        == .trusted(anchor: shop.certificate("root.pem")))
    #expect(try trust("leaf", anchors: ["intermediate"]) == .trusted(anchor: shop.certificate("intermediate.pem")))
    #expect(try trust("leaf", anchors: ["leaf"]) == .trusted(anchor: shop.certificate("leaf.pem")))
    #expect(try reason(trust("leaf", anchors: ["root"])).contains("unable to get local issuer certificate"))
    #expect(try !trust("leaf", with: ["intermediate", "root"], anchors: []).isTrusted)
  }

  @Test("what came along is not trusted for it: a chain to its own root is refused")
  func foreignRoot() throws {
    try shop.makeOrganisation()
    try shop.makeSigner("other", extensions: ["basicConstraints=critical,CA:TRUE"])
    let refused = try trust("leaf", with: ["intermediate", "root"], anchors: ["other"])
    #expect(reason(refused).contains("self-signed certificate in certificate chain"))
  }

  @Test("an expired authority is refused, also when it is the anchor")
  func expiredAuthority() throws {
    try shop.makeOrganisation()
    let afterAll = 24.0 * 950
    let refused = try trust("leaf", with: ["intermediate"], anchors: ["root"], after: afterAll)
    #expect(reason(refused).contains("certificate has expired"))
  }

  @Test("a signer that is no authority issues nothing, though it is pinned")
  func noAuthority() throws {
    try shop.makeOrganisation(leafExtensions: ["basicConstraints=CA:FALSE", "keyUsage=digitalSignature"])
    try shop.issue("below", by: "leaf", extensions: ["keyUsage=digitalSignature"])
    #expect(try !trust("below", with: ["leaf", "intermediate"], anchors: ["root"]).isTrusted)
    #expect(try !trust("below", anchors: ["leaf"]).isTrusted)
  }

  @Test("a certificate without basic constraints issues nothing, though it is pinned")
  func oldAuthority() throws {
    try shop.makeSigner("old")
    try shop.issue("below", by: "old", extensions: ["keyUsage=digitalSignature"])
    #expect(try !trust("below", anchors: ["old"]).isTrusted)
  }

  @Test("a certificate for another use is no signer below an authority: web servers, key agreement")
  func usage() throws {
    try shop.makeOrganisation(leafExtensions: ["extendedKeyUsage=serverAuth,clientAuth"])
    let chain = ["intermediate"]
    #expect(try reason(trust("leaf", with: chain, anchors: ["root"])).contains("extended key usage"))
    #expect(try trust("leaf", anchors: ["leaf"]).isTrusted)
    for use in ["codeSigning", "emailProtection", "anyExtendedKeyUsage"] {
      try shop.issue(use, by: "intermediate", extensions: ["extendedKeyUsage=\(use)"])
      #expect(try trust(use, with: chain, anchors: ["root"]).isTrusted, "\(use)")
    }
    try shop.issue("agreement", by: "intermediate", extensions: ["keyUsage=keyAgreement"])
    #expect(try reason(trust("agreement", with: chain, anchors: ["root"])).contains("no digital signature"))
    #expect(try reason(trust("agreement", anchors: ["agreement"])).contains("no digital signature"))
  }

  @Test("SHA-1 on the way is refused")
  func weakLink() throws {
    try shop.makeOrganisation()
    try shop.make(
      "x509 -req -sha1 -in @leaf.csr -CA @intermediate.pem -CAkey @intermediate.key -set_serial 99 -days 900 "
        + "-extfile @leaf.ext -out @weak.pem")
    #expect(try reason(trust("weak", with: ["intermediate"], anchors: ["root"])).contains("too weak"))
  }

  @Test("an altered certificate leads nowhere, byte by byte")
  func altered() throws {
    try shop.makeOrganisation()
    let (leaf, issuer) = try (shop.certificate("leaf.pem"), shop.certificate("intermediate.pem"))
    for index in leaf.der.indices {
      var der = leaf.der
      der[index] ^= 1
      guard let altered = try? Certificate(der: der) else { continue }
      let trust = try CertificateChain.isTrusted(
        altered, intermediates: [], anchors: [issuer], at: leaf.validFrom.adding(seconds: 60))
      #expect(!trust.isTrusted, "byte \(index)")
    }
  }
}
