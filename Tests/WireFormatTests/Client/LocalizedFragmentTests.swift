import Testing
import UpdateModel

@testable import WireFormat

@Suite("Localized fragments")
struct LocalizedFragmentTests {
  private func derive(_ collection: String, properties: String = "") throws(WireError) -> DerivedFragments {
    let parts = "<LocalizedPropertiesCollection>\(collection)</LocalizedPropertiesCollection>\(properties)"
    return try MetadataFragments.derive(from: Array("<Update>\(parts)</Update>".utf8))
  }

  @Test("WUSP-161: a fragment for each language, the first of several with one")
  func languages() throws {
    let found = try derive(
      "<LocalizedProperties><Title>E</Title><Language>en</Language></LocalizedProperties>"
        + "<LocalizedProperties><Language>zh-cn</Language><Title>漢</Title><Language>x</Language></LocalizedProperties>"
        + "<LocalizedProperties><Language>EN</Language><Title>second</Title></LocalizedProperties>")
    #expect(found.localized.map(\.language) == ["en", "x"])
    #expect(
      String(decoding: found.localized[0].bytes, as: UTF8.self)
        == "<LocalizedProperties><Title>E</Title><Language>en</Language></LocalizedProperties>")
  }

  @Test("texts without a language are refused, as when the document came")
  func noLanguage() {
    let error = #expect(throws: WireError.self) {
      try derive("<LocalizedProperties><Title>E<Language>en</Language></Title></LocalizedProperties>")
    }
    #expect(error?.location?.element == "LocalizedProperties")
  }

  @Test("WUSP-162, WUSP-163: a fragment for each EULA, with its country and the EULA's ID")
  func eulas() throws {
    let file = #"Digest="\#(MetadataFixture.sha1)" DigestAlgorithm="SHA1" FileName="eula.txt" Size="9""#
    let digest = #"<AdditionalDigest Algorithm="SHA256">\#(MetadataFixture.sha256)</AdditionalDigest>"#
    let found = try derive(
      #"<EulaFile \#(file) Language="en">\#(digest)</EulaFile><EulaFile \#(file) Language="en" GeoId="DEU"/>"#
        + #"<EulaFile \#(file) Language="de" GeoId=""/><EulaFile \#(file) Language="EN" GeoId="deu"/>"#
        + #"<EulaFile \#(file)/>"#,
      properties: #"<Properties EulaID="\#(MetadataFixture.updateID)"/>"#)
    #expect(found.eulas.map(\.language) == ["en", "en", "de"])
    #expect(found.eulas.map(\.geoID) == [nil, "DEU", nil])
    #expect(found.eulas.allSatisfy { $0.eulaID?.description == MetadataFixture.updateID })
    #expect(
      String(decoding: found.eulas[0].bytes, as: UTF8.self)
        == #"<EulaFile \#(file) Language="en">\#(digest)</EulaFile>"#)
    let content = try #require(found.eulas[0].file)
    #expect(content.fileName == "eula.txt" && content.size == 9 && content.sha256 != nil)
    #expect(found.eulas[1].file?.sha256 == nil)
  }

  @Test(
    "an EULA that describes no whole file is kept without one",
    arguments: [
      #"<EulaFile Language="en"/>"#, #"<EulaFile Language="en" Digest="x" FileName="a"/>"#,
      """
      <EulaFile Language="en" Digest="\(MetadataFixture.sha1)" FileName="a">\
      <AdditionalDigest Algorithm="SHA256">AAAA</AdditionalDigest></EulaFile>
      """,
      """
      <EulaFile Language="en" Digest="\(MetadataFixture.sha1)" FileName="a"><AdditionalDigest>AAAA</AdditionalDigest>\
      </EulaFile>
      """,
    ])
  func brokenFiles(eula: String) throws {
    let found = try derive(eula)
    #expect(found.eulas.count == 1)
    #expect(found.eulas.first?.file == nil && found.eulas.first?.eulaID == nil)
  }
}
