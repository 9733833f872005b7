import Testing
import UpdateModel

@testable import Sealing

@Suite struct SignedDocumentTests {
  private let shop: Workshop
  private let content = Array("{\"format\":\"updatemirror-receipt\"}\n".utf8)
  private let moment = Timestamp(year: 2026, month: 5, day: 4)

  init() throws { shop = try Workshop() }

  @Test("openssl verifies a signed document and writes its content, and we open it")
  func ownDocument() throws {
    let key = try SigningKey.named("Site A")
    let document = try SignedDocument.sign(content, keys: [key], signingTime: moment)
    try shop.write(document, "site.receipt")
    try shop.write(key.certificate.pem, "site.crt")
    let checked = try shop.openssl("cms -verify -inform DER -in @site.receipt -CAfile @site.crt -purpose any")
    #expect(checked.isSuccess)
    #expect(checked.output == content)
    let opened = try SignedDocument.open(document)
    #expect(opened.content == content)
    #expect(opened.signers.map(\.certificate) == [key.certificate])
  }

  @Test("a document that openssl signed opens")
  func foreignDocument() throws {
    try shop.makeSigner("other")
    try shop.write(content, "receipt.json")
    try shop.make(
      "cms -sign -binary -nodetach -nosmimecap -md sha256 -in @receipt.json -outform DER -out @other.receipt "
        + "-signer @other.pem -inkey @other.key")
    let opened = try SignedDocument.open(try shop.bytes("other.receipt"))
    #expect(opened.content == content)
    #expect(opened.signers.map(\.certificate) == [try shop.certificate("other.pem")])
  }

  @Test("a document with any byte changed does not open as other content")
  func flippedBytes() throws {
    let document = try SignedDocument.sign(content, keys: [try SigningKey.named("Site A")], signingTime: moment)
    for index in document.indices {
      var changed = document
      changed[index] ^= 1
      if let opened = try? SignedDocument.open(changed) { #expect(opened.content == content, "byte \(index)") }
    }
  }

  @Test("a signature without content, and bytes behind the document, are refused")
  func otherForms() throws {
    let key = try SigningKey.named("Site A")
    let detached = try DetachedSignature.sign(content, keys: [key], signingTime: moment)
    #expect(throws: SealingError.self) { try SignedDocument.open(detached) }
    let document = try SignedDocument.sign(content, keys: [key], signingTime: moment)
    #expect(throws: SealingError.self) { try SignedDocument.open(document + [0]) }
    #expect(throws: SealingError.self) { try DetachedSignature.verify(document, content: content) }
  }
}
