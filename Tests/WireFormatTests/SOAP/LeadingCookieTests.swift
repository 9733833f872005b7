import Testing
import UpdateModel
import WireFormat

@Suite struct LeadingCookieTests {
  private static let cookie = Cookie(expiration: .endOfTime, encryptedData: [1, 2, 3])

  private static func listing(_ cookie: Cookie?, version: SOAPVersion = .v11) -> [UInt8] {
    let entries = (0..<1_000).map { RevisionFilter.Entry(id: GUID(high: 0, low: $0), isDelta: false) }
    let filter = RevisionFilter(anchor: nil, isConfiguration: true, categories: entries)
    return SOAPRequest.encode(GetRevisionIdList.self, .init(cookie: cookie, filter: filter), version: version).body
  }

  private static func envelope(_ inside: String) -> [UInt8] {
    Array("<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\">\(inside)".utf8)
  }

  @Test("the cookie of a request is found in its beginning", arguments: SOAPVersion.allCases)
  func found(_ version: SOAPVersion) {
    let body = Self.listing(Self.cookie, version: version)
    #expect(body.count > 80_000)
    #expect(IncomingRequest.leadingCookie(of: body) == Self.cookie)
    #expect(IncomingRequest.leadingCookie(of: body.prefix(2_000)) == Self.cookie)
  }

  @Test("a SOAP header may stand before it, and has none itself")
  func header() {
    let shown = "<a><cookie><EncryptedData>AQID</EncryptedData></cookie></a>"
    let real = "<e:Body><Op><x/><cookie><EncryptedData>BAUG</EncryptedData></cookie>"
    #expect(
      IncomingRequest.leadingCookie(of: Self.envelope("<e:Header>\(shown)</e:Header>\(real)"))?.encryptedData
        == [4, 5, 6])
    #expect(IncomingRequest.leadingCookie(of: Self.envelope("<e:Header>\(shown)</e:Header>")) == nil)
  }

  @Test("what is absent, cut off, unreadable or far behind is not found")
  func notFound() {
    let data = "<EncryptedData>AQID</EncryptedData>"
    #expect(IncomingRequest.leadingCookie(of: []) == nil)
    #expect(IncomingRequest.leadingCookie(of: Array("no XML".utf8)) == nil)
    #expect(IncomingRequest.leadingCookie(of: Self.listing(nil)) == nil)
    for inside in [
      "<e:Body><Op><cookie>\(data)", "<e:Body><Op><cookie><EncryptedData>?</EncryptedData></cookie>",
      "<e:Body><cookie>\(data)</cookie>", "<e:Body><Op><a><cookie>\(data)</cookie></a>",
      "<e:Body><Op>\(String(repeating: "<a/>", count: 100))<cookie>\(data)</cookie>",
      "<e:Body><Op><a>\(String(repeating: " ", count: 10_000))</a><cookie>\(data)</cookie>",
      "<!DOCTYPE a><e:Body><Op><cookie>\(data)</cookie>",
    ] {
      #expect(IncomingRequest.leadingCookie(of: Self.envelope(inside)) == nil, "\(inside.prefix(60))")
    }
  }
}
