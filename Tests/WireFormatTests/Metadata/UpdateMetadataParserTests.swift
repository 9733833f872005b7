import Testing
import UpdateModel
import WireFormat

@Suite("Reading metadata")
struct UpdateMetadataParserTests {
  private typealias Fixture = MetadataFixture

  @Test("SSS-172: UpdateType Detectoid is a detectoid")
  func detectoid() throws {
    let metadata = try UpdateMetadataParser.parse(Fixture.document(properties: #"UpdateType="Detectoid""#))
    #expect(metadata.kind == .detectoid && metadata.kind.isConfiguration)
  }

  @Test(
    "SSS-173, SSS-174: a category has the type of its handler data",
    arguments: [
      ("UpdateClassification", CategoryType.updateClassification), ("Company", .company),
      ("ProductFamily", .productFamily), ("Product", .product), ("Shelf", .other("Shelf")),
    ])
  func category(text: String, type: CategoryType) throws {
    let forms = [
      #"<HandlerSpecificData xmlns:c="u:c"><c:CategoryInformation CategoryType="\#(text)" /></HandlerSpecificData>"#,
      #"<HandlerSpecificData><Category><CategoryInformation CategoryType="\#(text)"/></Category></HandlerSpecificData>"#,
      #"<HandlerSpecificData CategoryType="\#(text)" />"#,
    ]
    for form in forms {
      let document = Fixture.document(properties: #"UpdateType="Category""#, parts: form)
      #expect(try UpdateMetadataParser.parse(document).kind == .category(type))
    }
  }

  @Test("SSS-165: another identity inside than outside is refused")
  func identity() throws {
    let document = Fixture.document()
    let own = UpdateIdentity(updateID: try Fixture.guid(Fixture.updateID), revisionNumber: 7)
    #expect(try UpdateMetadataParser.parse(document, expecting: own).identity == own)
    let other = UpdateIdentity(updateID: own.updateID, revisionNumber: 8)
    #expect(throws: WireError.self) { try UpdateMetadataParser.parse(document, expecting: other) }
  }

  @Test("SSS-165: a second identity of the update is refused")
  func secondIdentity() {
    let second = #"<UpdateIdentity UpdateID="\#(Fixture.updateID)" RevisionNumber="8" />"#
    #expect(throws: WireError.self) { try UpdateMetadataParser.parse(Fixture.document(parts: second)) }
  }

  @Test("SSS-175: properties are read at their paths")
  func properties() throws {
    let document = Fixture.document(
      properties: """
        UpdateType="Software" ExplicitlyDeployable="true" IsPublic="false" MsrcSeverity="Critical" \
        CompatibleProtocolVersion="1.4" EulaID="99999999-2222-3333-4444-555555555555" IsMandatory="1"
        """,
      inProperties: """
        <SupportUrl>https://support.example</SupportUrl><SecurityBulletinID>B-1</SecurityBulletinID>\
        <KBArticleID>500001</KBArticleID><KBArticleID>500002</KBArticleID><Language>de</Language><Language>en</Language>
        """)
    let metadata = try UpdateMetadataParser.parse(document)
    #expect(metadata.isExplicitlyDeployable && metadata.isMandatory && !metadata.isPublic)
    #expect(metadata.msrcSeverity == "Critical")
    #expect(metadata.compatibleProtocolVersion == ProtocolVersion(major: 1, minor: 4))
    #expect(metadata.kbArticles == ["500001", "500002"])
    #expect(metadata.securityBulletins == ["B-1"])
    #expect(metadata.languages == ["de", "en"])
    #expect(metadata.supportURL == "https://support.example")
  }

  @Test("SSS-178: the EULA is read, and a malformed one refused")
  func eula() throws {
    let text = "99999999-2222-3333-4444-555555555555"
    let document = Fixture.document(properties: #"UpdateType="Software" EulaID="\#(text)""#)
    #expect(try UpdateMetadataParser.parse(document).eulaID == Fixture.guid(text))
    #expect(throws: WireError.self) {
      try UpdateMetadataParser.parse(Fixture.document(properties: #"UpdateType="Software" EulaID="none""#))
    }
  }

  @Test(
    "SSS-179: FileURL in a secured fragment marks the update, as text or attribute, in any letter case",
    arguments: [
      "<SecuredFragment>FileURL</SecuredFragment>", "<SecuredFragment> fileurl\n</SecuredFragment>",
      #"<SecuredFragment FragmentType="FileUrl" />"#,
      "<SecuredFragments><SecuredFragment>FILEURL</SecuredFragment></SecuredFragments>",
    ])
  func fileURL(fragment: String) throws {
    let metadata = try UpdateMetadataParser.parse(Fixture.document(inProperties: fragment))
    #expect(metadata.isSecure && !metadata.needsDecryptionKeys)
  }

  @Test("SSS-181: FileDecryption asks for keys, also beside FileURL")
  func fileDecryption() throws {
    let both = "<SecuredFragment>FileURL</SecuredFragment><SecuredFragment>FileDecryption</SecuredFragment>"
    let metadata = try UpdateMetadataParser.parse(Fixture.document(inProperties: both))
    #expect(metadata.isSecure && metadata.needsDecryptionKeys)
    let one = try UpdateMetadataParser.parse(
      Fixture.document(inProperties: "<SecuredFragment>filedecryption</SecuredFragment>"))
    #expect(!one.isSecure && one.needsDecryptionKeys)
  }

  @Test("SSS-177, SSS-180: every file keeps its name, digest, patching type and encryption")
  func files() throws {
    let second =
      #"<File Digest="AAAAAAAAAAAAAAAAAAAAAAAAAAA=" FileName="b.psf" PatchingType="Express" IsEncrypted="true" />"#
    let parts = #"<Files><File FileName="..\a&amp;b.cab" Digest="\#(Fixture.sha1)" Size="5" />\#(second)</Files>"#
    let files = try UpdateMetadataParser.parse(Fixture.document(parts: parts)).files
    #expect(files.map(\.fileName) == ["..\\a&b.cab", "b.psf"])
    #expect(files.map(\.patchingType) == [nil, .express])
    #expect(files.map(\.isEncrypted) == [false, true])
    #expect(files.map(\.size) == [5, nil])
    #expect(files[1].digest.bytes == [UInt8](repeating: 0, count: 20))
  }

  @Test("SSS-182: additional digests keep their algorithm")
  func additionalDigests() throws {
    let document = Fixture.file(
      #"FileName="a" Digest="\#(Fixture.sha1)""#,
      inside: """
        <AdditionalDigest Algorithm="SHA256">\(Fixture.sha256)</AdditionalDigest>\
        <AdditionalDigest Algorithm="SHA9">AAEC</AdditionalDigest>
        """)
    let file = try #require(try UpdateMetadataParser.parse(document).files.first)
    #expect(file.additionalDigests.map(\.algorithm) == ["SHA256", "SHA9"])
    #expect(file.additionalDigests[1].bytes == [0, 1, 2])
    #expect(file.sha256 != nil)
  }

  @Test("SSS-184: language-neutral blocks are accepted", arguments: ["all", "NeutralLanguage"])
  func neutral(language: String) throws {
    let parts = """
      <LocalizedPropertiesCollection><LocalizedProperties><Language>\(language)</Language><Title>T</Title>\
      </LocalizedProperties></LocalizedPropertiesCollection>
      """
    let metadata = try UpdateMetadataParser.parse(Fixture.document(parts: parts))
    #expect(metadata.localized.map(\.language) == [language])
    #expect(metadata.title() == "T")
  }

  @Test("WUSP-141, WUSP-142, WUSP-143, WUSP-145: prerequisites are clauses; a bundled update may stand alone")
  func relations() throws {
    let id = { (digit: Int) in
      #"<UpdateIdentity UpdateID="\#(digit)0000000-2222-3333-4444-555555555555" RevisionNumber="\#(digit)"/>"#
    }
    let parts = """
      <Relationships><SupersededUpdates>\(id(1))\(id(2))</SupersededUpdates><Prerequisites>\(id(3))\
      <AtLeastOne IsCategory="true">\(id(4))\(id(5))</AtLeastOne><AtLeastOne>\(id(4))\(id(9))</AtLeastOne>\
      </Prerequisites><BundledUpdates>\(id(6))\
      <AtLeastOne>\(id(7))\(id(8))</AtLeastOne></BundledUpdates></Relationships>
      """
    let metadata = try UpdateMetadataParser.parse(Fixture.document(parts: parts))
    #expect(metadata.supersededUpdates.count == 2)
    #expect(metadata.prerequisites.map(\.isCategory) == [false, true, false])
    #expect(metadata.prerequisites.map(\.updateIDs.count) == [1, 2, 2])
    #expect(metadata.bundledUpdates.map { $0.identities.map(\.revisionNumber) } == [[6], [7, 8]])
    #expect("\(metadata.identity)" == "\(Fixture.updateID).7")
  }

  @Test("look-alikes inside applicability rules are not read")
  func rulesAreSkipped() throws {
    let parts = """
      <ApplicabilityRules><Metadata><Update><Properties UpdateType="Driver"/><Files><File/></Files>\
      <UpdateIdentity/></Update></Metadata></ApplicabilityRules>
      """
    let metadata = try UpdateMetadataParser.parse(Fixture.document(parts: parts))
    #expect(metadata.kind == .software && metadata.files.isEmpty)
  }
}
