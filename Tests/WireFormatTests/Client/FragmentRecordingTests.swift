import Testing
import UpdateModel

@testable import WireFormat

/// What real servers made of documents that were recorded too.
@Suite("Recorded fragments", .enabled(if: ClientExchange.arePresent, "recordings not found"))
struct FragmentRecordingTests {
  private static let documents = "wsus-m0-wsusss/docs/"
  private static let fragments = "wsus-m0-wsusss/wusp-reference/"
  private static let leaf = "266f6222-c89d-43f2-9f8a-69340271e677-r200"
  private static let bundle = "ccb78947-6453-4ecc-9de8-bc0305c98f2d-r200"

  private func derived(_ name: String) throws -> DerivedFragments {
    try MetadataFragments.derive(from: try ClientExchange.file(Self.documents + name + ".xml"))
  }

  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  private func expected(_ name: String) throws -> String { text(try ClientExchange.file(Self.fragments + name)) }

  @Test("WUSP-146, WUSP-147, WUSP-150, WUSP-160: the recorded leaf gives the recorded fragments, byte for byte")
  func leaf() throws {
    let found = try derived(Self.leaf)
    #expect(text(found.core) == (try expected(Self.leaf + ".core.xml")))
    #expect(text(found.extended) == (try expected(Self.leaf + ".extended.xml")))
    #expect(found.localized.map(\.language) == ["en"])
    #expect(found.localized.map { text($0.bytes) } == [try expected(Self.leaf + ".localized-en.xml")])
    #expect(found.eulas.isEmpty && found.drivers.isEmpty)
  }

  @Test("WUSP-147, WUSP-156, WUSP-161: the recorded bundle gives the recorded fragments, byte for byte")
  func bundle() throws {
    let found = try derived(Self.bundle)
    #expect(text(found.core) == (try expected(Self.bundle + ".core.xml")))
    #expect(found.localized.map { text($0.bytes) } == [try expected(Self.bundle + ".localized-en.xml")])
    // The agent was sent the same revision under the number 200712.
    let sent = try ClientExchange("wsus-m0-native/flow/000015").response(GetExtendedUpdateInfo.self)
    let bundle = sent.updates.filter { $0.id == 200_712 }.map { text($0.xml) }
    #expect(bundle == [text(found.extended), text(found.localized[0].bytes)])
  }

  @Test("WUSP-156: a document with the parts of a recorded fragment gives that fragment", arguments: 0..<18)
  func extended(index: Int) throws {
    let sent = try ClientExchange("wsus-m0-native/flow/000015").response(GetExtendedUpdateInfo.self)
    let (extended, localized) = (text(sent.updates[index].xml), text(sent.updates[18 + index].xml))
    let namespaces = #"xmlns="http://schemas.microsoft.com/msus/2002/12/Update" xmlns:c="urn:c""#
    let document =
      "<Update \(namespaces)><LocalizedPropertiesCollection>\(localized)</LocalizedPropertiesCollection>"
      + extended.replacing("ExtendedProperties", with: "Properties").replacing(" type=", with: " c:type=") + "</Update>"
    let found = try MetadataFragments.derive(from: Array(document.utf8))
    #expect(text(found.extended) == extended)
    #expect(found.localized.map { text($0.bytes) } == [localized])
  }

  @Test("WUSP-155, WUSP-159: a CBS update gives the recorded fragments, with the namespace of its manifest")
  func cbs() throws {
    // Whoever shortened the recording left one element with two tags; real servers never write that.
    let core = text(try ClientExchange.file("wsus-m0-cbs/cbs-dotnet-core-reduced.xml"))
      .replacing("></package>", with: " />")
    let extended = text(try ClientExchange.file("wsus-m0-cbs/cbs-dotnet-extended.xml"))
    let found = try MetadataFragments.derive(from: Array(Self.cbsDocument(core: core, extended: extended).utf8))
    #expect(text(found.core) == core)
    #expect(text(found.extended) == extended)
  }

  /// A document as a server has it upstream: all in prefixes, but for the manifest.
  private static func cbsDocument(core: String, extended: String) -> String {
    let manifest = core.firstRange(of: "<assembly")!.lowerBound..<core.firstRange(of: "</Metadata>")!.lowerBound
    let rules = core.firstRange(of: "<Relationships")!.lowerBound..<manifest.lowerBound
    let identity = core[..<core.firstRange(of: "<Properties")!.lowerBound]
    let inside = core[manifest].replacing("</CbsPackageApplicabilityMetadata>", with: "")
    let properties = extended.replacing(
      "<ExtendedProperties ", with: #"<Properties UpdateType="Software" PublicationState="Published" "#
    ).replacing("</ExtendedProperties>", with: "</Properties>").replacing(" type=", with: " xsi:type=")
    let parts =
      prefixed(String(identity) + properties + core[rules]) + inside
      + prefixed("</CbsPackageApplicabilityMetadata></Metadata></ApplicabilityRules>")
    return """
      <u:Update xmlns:u="http://schemas.microsoft.com/msus/2002/12/Update" \
      xmlns:k="http://schemas.microsoft.com/msus/2002/12/UpdateHandlers/Cbs" \
      xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\(parts)</u:Update>
      """
  }

  private static func prefixed(_ text: String) -> String {
    text.replacing(/<(\/?)(Cbs)?(?=[A-Z])/) { "<\($0.1)\($0.2 == nil ? "u:" : "k:Cbs")" }
  }
}
