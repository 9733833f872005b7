import Testing
import UpdateModel

@testable import WireFormat

/// Documents made for one rule each.
@Suite("Fragment rules")
struct FragmentRuleTests {
  private static let update = "http://schemas.microsoft.com/msus/2002/12/Update"
  private static let logical = "http://schemas.microsoft.com/msus/2002/12/LogicalApplicabilityRules"
  private static let base = "http://schemas.microsoft.com/msus/2002/12/BaseApplicabilityRules"
  private static let installer = "http://schemas.microsoft.com/msus/2002/12/MsiApplicabilityRules"
  private static let driver = "http://schemas.microsoft.com/msus/2002/12/UpdateHandlers/WindowsDriver"

  private func derive(
    _ parts: String, named: MetadataFragments.ExtendedName = .observed
  ) throws(WireError) -> DerivedFragments {
    try MetadataFragments.derive(from: Array("<Update>\(parts)</Update>".utf8), extendedName: named)
  }

  private func core(_ parts: String) throws -> String { String(decoding: try derive(parts).core, as: UTF8.self) }

  private func extended(_ parts: String) throws -> String {
    String(decoding: try derive(parts).extended, as: UTF8.self)
  }

  private func rules(_ inside: String) throws -> String {
    let whole = try core("<ApplicabilityRules>\(inside)</ApplicabilityRules>")
    return String(whole.dropFirst("<ApplicabilityRules>".count).dropLast("</ApplicabilityRules>".count))
  }

  @Test(
    "WUSP-147, WUSP-148, WUSP-150, WUSP-156, WUSP-157, WUSP-158, WUSP-161: the worked example of the protocol guide")
  func workedExample() throws {
    let document = """
      <u:Update xmlns:u="\(Self.update)"
        xmlns:l="\(Self.logical)"
        xmlns:br="\(Self.base)">
       <u:UpdateIdentity UpdateID="11111111-2222-3333-4444-555555555555" RevisionNumber="7"/>
       <u:Properties UpdateType="Software" ExplicitlyDeployable="true" PublicationState="Published" \
      DefaultPropertiesLanguage="en" MaxDownloadSize="9"><u:KBArticleID>123</u:KBArticleID></u:Properties>
       <u:LocalizedPropertiesCollection><u:LocalizedProperties><u:Language>en</u:Language><u:Title>T</u:Title>\
      </u:LocalizedProperties></u:LocalizedPropertiesCollection>
       <u:Relationships><u:Prerequisites><u:UpdateIdentity UpdateID="aaaaaaaa-0000-0000-0000-000000000001"/>\
      </u:Prerequisites></u:Relationships>
       <u:ApplicabilityRules><u:IsInstalled><l:And><br:RegKeyExists Key="HKEY_LOCAL_MACHINE" Subkey="S"/></l:And>\
      </u:IsInstalled></u:ApplicabilityRules>
       <u:Files><u:File Digest="..." DigestAlgorithm="SHA1" FileName="a.cab" Size="9"/></u:Files></u:Update>
      """
    let found = try MetadataFragments.derive(from: Array(document.utf8))
    #expect(
      String(decoding: found.core, as: UTF8.self)
        == #"<UpdateIdentity UpdateID="11111111-2222-3333-4444-555555555555" RevisionNumber="7" />"#
        + #"<Properties UpdateType="Software" ExplicitlyDeployable="true" /><Relationships><Prerequisites>"#
        + #"<UpdateIdentity UpdateID="aaaaaaaa-0000-0000-0000-000000000001" /></Prerequisites></Relationships>"#
        + #"<ApplicabilityRules><IsInstalled><And><b.RegKeyExists Key="HKEY_LOCAL_MACHINE" Subkey="S" /></And>"#
        + "</IsInstalled></ApplicabilityRules>")
    #expect(
      String(decoding: found.extended, as: UTF8.self)
        == #"<ExtendedProperties DefaultPropertiesLanguage="en" MaxDownloadSize="9"><KBArticleID>123</KBArticleID>"#
        + #"</ExtendedProperties><Files><File Digest="..." DigestAlgorithm="SHA1" FileName="a.cab" Size="9" /></Files>"#
    )
    #expect(
      found.localized == [
        .init(
          language: "en",
          bytes: Array("<LocalizedProperties><Language>en</Language><Title>T</Title></LocalizedProperties>".utf8))
      ])
  }

  @Test("WUSP-147, WUSP-156: the parts come in the order of the specification, not of the document")
  func order() throws {
    let parts =
      "<HandlerSpecificData/><ApplicabilityRules/><Files/><Relationships/><Properties UpdateType='Software'/>"
      + "<UpdateIdentity UpdateID='x'/>"
    #expect(
      try core(parts)
        == #"<UpdateIdentity UpdateID="x" /><Properties UpdateType="Software" /><Relationships /><ApplicabilityRules />"#
    )
    #expect(try extended(parts) == "<ExtendedProperties /><Files /><HandlerSpecificData />")
  }

  @Test("WUSP-148, WUSP-149: Properties of Core have five attributes in one order and no children")
  func coreProperties() throws {
    let attributes =
      #"EulaID="e" Handler="h" OSUpgrade="swap" AutoSelectOnWebSites="false" ExplicitlyDeployable="true" "#
      + #"UpdateType="Software" PerUser="true""#
    #expect(
      try core("<Properties \(attributes)> text <KBArticleID>1</KBArticleID></Properties>")
        == #"<Properties UpdateType="Software" ExplicitlyDeployable="true" AutoSelectOnWebSites="false" "#
        + #"OSUpgrade="swap" EulaID="e" />"#)
  }

  @Test("WUSP-157: eleven attributes are left out of Extended, new ones pass")
  func extendedProperties() throws {
    let attributes =
      #"UpdateType="a" ExplicitlyDeployable="true" AutoSelectOnWebSites="b" EulaID="c" PublicationState="d" "#
      + #"PublisherID="e" CreationDate="f" IsPublic="false" LegacyName="g" DetectoidType="h" OSUpgrade="i" "#
      + #"DefaultPropertiesLanguage="en" ProductName="p" ReleaseVersion="1""#
    #expect(
      try extended("<Properties \(attributes)/>")
        == #"<ExtendedProperties DefaultPropertiesLanguage="en" ProductName="p" ReleaseVersion="1" />"#)
  }

  @Test("attributes with their default value go")
  func defaults() throws {
    let properties = #"<Properties UpdateType="x" ExplicitlyDeployable="false" PerUser="false" IsPublic="true"/>"#
    #expect(try core(properties) == #"<Properties UpdateType="x" />"#)
    #expect(try extended(properties) == "<ExtendedProperties />")
    #expect(try extended(#"<Properties PerUser="true"/>"#) == #"<ExtendedProperties PerUser="true" />"#)
  }

  @Test("WUSP-158: the first element of Extended has either name")
  func names() throws {
    let found = try derive("<Properties a='1'><b/></Properties>", named: .specified)
    #expect(String(decoding: found.extended, as: UTF8.self) == #"<Properties a="1"><b /></Properties>"#)
  }

  @Test(
    "WUSP-150, WUSP-151, WUSP-152, WUSP-153, WUSP-154: rules are renamed by their namespaces, whatever the prefixes")
  func namespaces() throws {
    let inside = """
      <m:And xmlns:m="\(Self.logical)" xmlns:b="\(Self.installer)" xmlns:d="\(Self.base)" xmlns:l="\(Self.driver)">\
      <b:MsiProductInstalled/><d:RegDword><l:WindowsDriverInstalled/></d:RegDword>\
      <Processor xmlns="\(Self.base)"><Inner/></Processor><Bare/></m:And>
      """
    #expect(
      try rules(inside)
        == "<And><m.MsiProductInstalled /><b.RegDword><d.WindowsDriverInstalled /></b.RegDword>"
        + "<b.Processor><b.Inner /></b.Processor><Bare /></And>")
  }

  @Test("WUSP-155: only Core renames")
  func otherFragments() throws {
    let data = #"<HandlerSpecificData><d:Driver xmlns:d="\#(Self.driver)"/></HandlerSpecificData>"#
    #expect(try extended(data) == "<HandlerSpecificData><Driver /></HandlerSpecificData>")
  }

  @Test("WUSP-155: a default namespace that is none of the update's is declared again, and only that")
  func foreignDefault() throws {
    #expect(
      try rules(#"<asm xmlns="urn:a" xmlns:x="urn:x" v="1"><b/><x:c x:d="2"/></asm><e/>"#)
        == #"<asm xmlns="urn:a" v="1"><b /><c d="2" /></asm><e />"#)
    #expect(
      try rules(#"<asm xmlns="urn:a"><b xmlns="urn:b"><c xmlns="urn:b"/><d xmlns=""/></b><e/></asm>"#)
        == #"<asm xmlns="urn:a"><b xmlns="urn:b"><c xmlns="urn:b" /><d xmlns="" /></b><e /></asm>"#)
    #expect(
      try rules(#"<asm xmlns="urn:a&amp;b"><b xmlns="\#(Self.logical)"><c xmlns="\#(Self.update)"/></b></asm>"#)
        == #"<asm xmlns="urn:a&amp;b"><b xmlns=""><c /></b></asm>"#)
  }

  @Test("a foreign default namespace from around a part is declared inside it")
  func inheritedDefault() throws {
    let document = """
      <u:Update xmlns:u="\(Self.update)" xmlns="urn:a"><u:ApplicabilityRules><u:Metadata><one/><u:x><two/></u:x>\
      </u:Metadata></u:ApplicabilityRules></u:Update>
      """
    let found = try MetadataFragments.derive(from: Array(document.utf8))
    #expect(
      String(decoding: found.core, as: UTF8.self)
        == #"<ApplicabilityRules><Metadata><one xmlns="urn:a" /><x><two xmlns="urn:a" /></x></Metadata>"#
        + "</ApplicabilityRules>")
  }

  @Test("WUSP-154: without prefixes and with the update's namespace as default nothing is declared")
  func updateAsDefault() throws {
    let document = #"<Update xmlns="\#(Self.update)"><Files><File/></Files><Relationships/></Update>"#
    let found = try MetadataFragments.derive(from: Array(document.utf8))
    #expect(String(decoding: found.extended, as: UTF8.self) == "<Files><File /></Files>")
    #expect(String(decoding: found.core, as: UTF8.self) == "<Relationships />")
  }

  @Test("WUSP-159: attributes lose their prefix and keep their value; of two with one name the bare one stays")
  func attributes() throws {
    let namespaces = #"xmlns:p="urn:p" xmlns:q="urn:q" xmlns:cmd="urn:c""#
    #expect(
      try rules(#"<a \#(namespaces) p:type="cmd:X" b="1"/>"#) == #"<a type="cmd:X" b="1" />"#)
    #expect(try rules(#"<a \#(namespaces) p:n="1" n="2" q:n="3" p:m="4" q:m="5"/>"#) == #"<a n="2" m="4" />"#)
    #expect(try rules(#"<a xml:lang="en"/>"#) == #"<a lang="en" />"#)
    #expect(try rules(#"<a \#(namespaces) p:xmlns="urn:x" q:xmlns="" b="1"/>"#) == #"<a b="1" />"#)
  }

  @Test("WUSP-167: special characters survive, in the form that needs least")
  func characters() throws {
    #expect(
      try rules("<a b='&lt;&amp;\"&apos;&gt;&#9;&#10;&#13;ä漢😀'>&lt;&amp;\"'&gt;&#13;ä漢😀]]&gt;</a>")
        == "<a b=\"&lt;&amp;&quot;'&gt;&#9;&#10;&#13;ä漢😀\">&lt;&amp;\"'&gt;&#13;ä漢😀]]&gt;</a>")
    #expect(
      try rules("<a><![CDATA[<b>&amp;]]> c <![CDATA[]]]]><![CDATA[>]]></a>") == "<a>&lt;b&gt;&amp;amp; c ]]&gt;</a>")
  }

  @Test("white space goes between elements and stays in text")
  func whiteSpace() throws {
    #expect(try rules("\n <a>\n <b/>\t</a>\r\n") == "<a><b /></a>")
    #expect(try rules("<a> </a><b>\n</b><c> x </c><d></d>") == "<a> </a><b>\n</b><c> x </c><d />")
    #expect(try rules("<a> x <b/> <c/> </a>") == "<a> x <b /> <c /> </a>")
    #expect(try rules("<a>&#32;<!-- c --><?p i?> </a>") == "<a>  </a>")
  }

  @Test("comments and processing instructions are left out")
  func comments() throws {
    #expect(try rules("<!-- a --><a>x<!-- b -->y<?z?></a>") == "<a>xy</a>")
    let found = try MetadataFragments.derive(
      from: Array("<?xml-stylesheet a?><!-- a --><Update><Files/></Update>".utf8))
    #expect(String(decoding: found.extended, as: UTF8.self) == "<Files />")
  }

  @Test("what no client is sent is skipped, also where a part's name stands deeper")
  func others() throws {
    let parts =
      "<Other><UpdateIdentity/><ApplicabilityRules><a/></ApplicabilityRules><LocalizedProperties/></Other>"
      + "<LocalizedPropertiesCollection><Other><LocalizedProperties/></Other></LocalizedPropertiesCollection>"
      + "<LocalizedProperties/><EulaFile Language='en'/>"
    #expect(try derive(parts) == DerivedFragments())
  }

  @Test("the same document in UTF-16 gives the same fragments")
  func encodings() throws {
    let document = "<Update><Files><File FileName='ä漢😀'>ä</File></Files></Update>"
    let utf16 = document.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
    #expect(
      try MetadataFragments.derive(from: [0xFF, 0xFE] + utf16) == MetadataFragments.derive(from: Array(document.utf8)))
  }
}
