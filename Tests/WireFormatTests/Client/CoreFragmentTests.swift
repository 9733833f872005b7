import TestSupport
import Testing
import UpdateModel

@testable import WireFormat

/// What a client reads from fragments.
@Suite struct CoreFragmentTests {
  private static let front = """
    <UpdateIdentity UpdateID="11111111-2222-3333-4444-555555555555" RevisionNumber="7" />\
    <Properties UpdateType="Software" ExplicitlyDeployable="true" />\
    <Relationships><Prerequisites><AtLeastOne IsCategory="true"><UpdateIdentity \
    UpdateID="aaaaaaaa-0000-0000-0000-000000000001" /></AtLeastOne></Prerequisites></Relationships>
    """

  private static func core(_ rules: String) -> [UInt8] {
    Array("\(front)<ApplicabilityRules>\(rules)</ApplicabilityRules>".utf8)
  }

  @Test("identity, relations and rules of a fragment")
  func fragment() throws {
    let core = try CoreFragment.parse(
      Self.core(
        """
        <IsInstalled><And><b.RegSz Key="HKEY_LOCAL_MACHINE" Subkey="S" Value="v" Data="&lt;1&gt;" /><Not><False /></Not>\
        </And></IsInstalled><IsSuperseded><True /></IsSuperseded><Metadata><x><y /></x></Metadata>
        """))
    #expect(core.metadata.identity.revisionNumber == 7)
    #expect(core.metadata.isExplicitlyDeployable)
    #expect(core.metadata.prerequisites.map(\.isCategory) == [true])
    let question = ApplicabilityRule(
      name: "b.RegSz", attributes: ["Key": "HKEY_LOCAL_MACHINE", "Subkey": "S", "Value": "v", "Data": "<1>"])
    let negation = ApplicabilityRule(name: "Not", children: [ApplicabilityRule(name: "False")])
    #expect(core.isInstalled == ApplicabilityRule(name: "And", children: [question, negation]))
    #expect(core.isInstallable == nil)
  }

  @Test("rules in their namespaces read as those of fragments")
  func namespaces() throws {
    let schema = "http://schemas.microsoft.com/msus/2002/12"
    let found = try CoreFragment.parse(
      Self.core(
        """
        <IsInstallable xmlns:r="\(schema)/BaseApplicabilityRules" xmlns:m="\(schema)/MsiApplicabilityRules" \
        xmlns:l="\(schema)/LogicalApplicabilityRules"><l:Or><r:MuiInstalled /><m:MsiProductInstalled \
        ProductCode="{A}" /></l:Or></IsInstallable>
        """))
    #expect(found.isInstallable?.name == "Or")
    #expect(found.isInstallable?.children.map(\.name) == ["b.MuiInstalled", "m.MsiProductInstalled"])
  }

  @Test("of rules that nobody can answer only the name is kept")
  func unread() throws {
    let found = try CoreFragment.parse(
      Self.core("<IsInstalled><Or><CbsPackage a=\"1\"><And><x /></And></CbsPackage><True /></Or></IsInstalled>"))
    #expect(
      found.isInstalled
        == ApplicabilityRule(
          name: "Or", children: [ApplicabilityRule(name: "CbsPackage"), ApplicabilityRule(name: "True")]))
  }

  @Test("a fragment with more rules than anybody can need is refused")
  func tooMany() {
    let rules = "<Or>" + String(repeating: "<True />", count: ApplicabilityLimits.rules) + "</Or>"
    #expect(throws: WireError.self) { try CoreFragment.parse(Self.core("<IsInstalled>\(rules)</IsInstalled>")) }
    let long = "<b.RegSz Data=\"\(String(repeating: "x", count: 900_000))\" />"
    let text = String(repeating: long, count: 1 + ApplicabilityLimits.bytes / 900_000)
    #expect(throws: WireError.self) { try CoreFragment.parse(Self.core("<IsInstalled><Or>\(text)</Or></IsInstalled>")) }
  }

  @Test("a fragment that was cut, or that closes what it did not open, is an error")
  func damaged() {
    let whole = Self.core("<IsInstalled><And><True /></And></IsInstalled>")
    // Without its last elements it is a fragment, too.
    let text = String(decoding: whole, as: UTF8.self)
    let ends = ["<Relationships", "<ApplicabilityRules"].compactMap { word in
      text.firstRange(of: word).map { text.utf8.distance(from: text.startIndex, to: $0.lowerBound) }
    }
    for count in 0..<whole.count where !ends.contains(count) {
      #expect(throws: WireError.self) { try CoreFragment.parse(Array(whole.prefix(count))) }
    }
    #expect(throws: WireError.self) { try CoreFragment.parse(Array("</Update><Update>".utf8) + whole) }
  }

  @Test("files and titles from the other fragments, in any order")
  func otherFragments() throws {
    let identity = UpdateIdentity(updateID: .zero, revisionNumber: 3)
    let extended = """
      <ExtendedProperties DefaultPropertiesLanguage="en" MaxDownloadSize="9" /><Files><File \
      Digest="AAECAwQFBgcICQoLDA0ODxAREhM=" DigestAlgorithm="SHA1" FileName="a.cab" Size="9" /></Files>
      """
    let title = "<LocalizedProperties><Language>en</Language><Title>T</Title></LocalizedProperties>"
    for fragments in [[extended, title], [title, extended]] {
      let metadata = try UpdateFragments.metadata(of: identity, fragments: fragments.map { Array($0.utf8) })
      #expect(metadata.identity == identity)
      #expect(metadata.title(in: "en") == "T")
      #expect(metadata.files.map(\.fileName) == ["a.cab"])
      #expect(metadata.files.map(\.size) == [9])
    }
  }
}
