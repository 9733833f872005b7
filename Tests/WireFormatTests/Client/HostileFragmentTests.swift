import Foundation
import Testing
import UpdateModel

@testable import WireFormat

@Suite("Hostile documents for fragments")
struct HostileFragmentTests {
  private func derive(_ text: String) throws(WireError) -> DerivedFragments {
    try MetadataFragments.derive(from: Array(text.utf8))
  }

  @Test(
    "what is no metadata document is refused",
    arguments: [
      "", "<", "<html/>", "<Update>", "<Update/><Update/>", "<Update><Files></Update>", "<Update a='1' a='2'/>",
      "<u:Update/>", "<Update>&nbsp;</Update>", "<!DOCTYPE Update [<!ENTITY a 'b'>]><Update>&a;</Update>",
      "<?xml version='1.0' encoding='x'?><Update", "<Update>\u{0}</Update>",
    ])
  func refused(text: String) {
    #expect(throws: WireError.self) { try derive(text) }
  }

  @Test("nesting beyond the limit is refused")
  func depth() {
    let rules = String(repeating: "<a>", count: 300) + String(repeating: "</a>", count: 300)
    #expect(throws: WireError.self) {
      try derive("<Update><ApplicabilityRules>\(rules)</ApplicabilityRules></Update>")
    }
  }

  @Test("a document cut at any length, or with any bit flipped, gives fragments or an error")
  func damage() {
    let document = Array(
      """
      <u:Update xmlns:u="urn:u" xmlns="urn:d"><u:Properties EulaID="\(Samples.guid)" x="&lt;"/>\
      <u:LocalizedPropertiesCollection><u:LocalizedProperties><u:Language>en</u:Language></u:LocalizedProperties>\
      <u:EulaFile Language="en"><u:AdditionalDigest Algorithm="SHA256">AA==</u:AdditionalDigest></u:EulaFile>\
      </u:LocalizedPropertiesCollection><u:ApplicabilityRules><u:Metadata><WindowsDriverMetaData HardwareID="A">\
      <FeatureScore OperatingSystem="a" FeatureScore="1"/><TargetComputerHardwareId>\(Samples.guid)\
      </TargetComputerHardwareId></WindowsDriverMetaData></u:Metadata></u:ApplicabilityRules> </u:Update>
      """.utf8)
    for length in 0..<document.count {
      #expect(throws: WireError.self) { try MetadataFragments.derive(from: Array(document.prefix(length))) }
    }
    for index in document.indices {
      var flipped = document
      flipped[index] ^= 1 << UInt8(index % 8)
      do { _ = try MetadataFragments.derive(from: flipped) } catch { #expect(error.reaction == .giveUp) }
    }
  }

  @Test(
    "fragments that escaping makes far longer than their document are refused",
    arguments: [
      "<Files><a>\(String(repeating: ">", count: 1_000))</a></Files>",
      "<ApplicabilityRules a='\(String(repeating: "\"", count: 1_000))'/>",
      "<LocalizedPropertiesCollection><LocalizedProperties>\(String(repeating: "<a/>", count: 1_000))</LocalizedProperties>"
        + "</LocalizedPropertiesCollection>",
    ])
  func expansion(parts: String) throws {
    let document = Array("<Update>\(parts)</Update>".utf8)
    let error = #expect(throws: WireError.self) { try MetadataFragments.derive(from: document, byteLimit: 3_000) }
    guard case .limitExceeded(_, .total, 3_000) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test("more languages than the limit are refused")
  func languages() {
    let all = (0...MetadataLimits.localized).map {
      "<LocalizedProperties><Language>l\($0)</Language></LocalizedProperties>"
    }
    #expect(throws: WireError.self) {
      try derive(
        "<Update><LocalizedPropertiesCollection>\(all.joined())</LocalizedPropertiesCollection></Update>")
    }
  }

  @Test("a Core of 47 MB is derived, at little more than the size of document and fragment")
  func large() throws {
    let file = #"<file name="x" digest="0123456789012345678901234567890123456789" />"#
    let manifest =
      #"<assembly xmlns="urn:asm">"# + String(repeating: file, count: (47 << 20) / file.utf8.count) + "</assembly>"
    let document = Array("<Update><ApplicabilityRules>\(manifest)</ApplicabilityRules></Update>".utf8)
    let found = try MetadataFragments.derive(from: document)
    #expect(found.core.count == document.count - "<Update></Update>".utf8.count)
    #expect(found.core.capacity <= document.count + (1 << 20))
    let expected = document[("<Update>".utf8.count)..<(document.count - "</Update>".utf8.count)]
    let isSame = found.core.withUnsafeBytes { core in
      expected.withUnsafeBytes { core.count == $0.count && memcmp(core.baseAddress!, $0.baseAddress!, core.count) == 0 }
    }
    #expect(isSame)
  }
}
