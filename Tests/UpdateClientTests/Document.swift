import Catalog
import Foundation
import UpdateModel
import WireFormat

/// Metadata documents with rules, as an upstream server sends them.
struct Document {
  var number: Int
  var revision: Int32 = 1
  var type = "Software"
  var prerequisites: [Int] = []
  var bundled: [Int] = []
  /// The content of IsInstalled; empty leaves it out.
  var isInstalled = ""
  var isInstallable = ""
  var files: [ContentFile] = []

  static func guid(_ number: Int) -> GUID { GUID(high: 0xF00D, low: UInt64(number)) }
  static func identity(_ number: Int, _ revision: Int32 = 1) -> UpdateIdentity {
    UpdateIdentity(updateID: guid(number), revisionNumber: revision)
  }

  func staged() throws -> StagedRevision {
    let document = Array(text.utf8)
    return StagedRevision(metadata: try UpdateMetadataParser.parse(document), document: document)
  }

  private var text: String {
    let schema = "http://schemas.microsoft.com/msus/2002/12"
    return """
      <Update xmlns="\(schema)/Update" xmlns:l="\(schema)/LogicalApplicabilityRules" \
      xmlns:b="\(schema)/BaseApplicabilityRules" xmlns:m="\(schema)/MsiApplicabilityRules" \
      xmlns:c="\(schema)/CbsApplicabilityRules">\
      <UpdateIdentity UpdateID="\(Self.guid(number))" RevisionNumber="\(revision)" />\
      <Properties UpdateType="\(type)" ExplicitlyDeployable="true" DefaultPropertiesLanguage="en" />\
      <LocalizedPropertiesCollection><LocalizedProperties><Language>en</Language><Title>Update \(number)</Title>\
      </LocalizedProperties></LocalizedPropertiesCollection>\(relationships)<ApplicabilityRules>\
      \(rule("IsInstalled", isInstalled))\(rule("IsInstallable", isInstallable))</ApplicabilityRules>\
      \(fileList)</Update>
      """
  }

  private func rule(_ name: String, _ content: String) -> String {
    content.isEmpty ? "" : "<\(name)>\(content)</\(name)>"
  }

  private var relationships: String {
    let needed = prerequisites.map { "<UpdateIdentity UpdateID=\"\(Self.guid($0))\" />" }.joined()
    let members = bundled.map {
      "<AtLeastOne><UpdateIdentity UpdateID=\"\(Self.guid($0))\" RevisionNumber=\"1\" /></AtLeastOne>"
    }.joined()
    return "<Relationships>" + rule("Prerequisites", needed) + rule("BundledUpdates", members) + "</Relationships>"
  }

  private var fileList: String {
    let list = files.map { file in
      let others = file.additionalDigests.map {
        "<AdditionalDigest Algorithm=\"\($0.algorithm)\">\(Data($0.bytes).base64EncodedString())</AdditionalDigest>"
      }.joined()
      return """
        <File Digest="\(Data(file.digest.bytes).base64EncodedString())" DigestAlgorithm="SHA1" \
        FileName="\(file.fileName)" Size="\(file.size ?? 0)" Modified="2026-01-01T00:00:00Z">\(others)</File>
        """
    }.joined()
    return rule("Files", list)
  }
}

/// Eight updates around two detectoids, of which only the first is installed on ``HostFacts/workstation``.
enum SampleUpdates {
  static let windows10 = 1
  static let windowsXP = 2
  static let needed = 3
  static let installed = 4
  static let forXP = 5
  static let bundle = 6
  static let member = 7
  static let unanswerable = 8

  static let olderFile = "<b:FileVersion Path=\"C:\\Example\\A.DLL\" Comparison=\"LessThan\" Version=\"1.0.0.9\" />"
  static let newerFile = "<l:Not>\(olderFile)</l:Not>"

  static func publish(in site: ClientSite, file: ContentFile? = nil) async throws {
    try await site.publish(
      try Document(number: windows10, type: "Detectoid", isInstalled: version("GreaterThanOrEqualTo")).staged(),
      try Document(number: windowsXP, type: "Detectoid", isInstalled: version("LessThan")).staged(),
      kind: .configuration)
    let files = file.map { [$0] } ?? []
    try await site.publish(
      try Document(
        number: needed, prerequisites: [windows10], isInstalled: newerFile, isInstallable: "<l:True />", files: files
      ).staged(),
      try Document(
        number: installed, prerequisites: [windows10],
        isInstalled: """
          <b:RegSz Key="HKEY_LOCAL_MACHINE" Subkey="software\\EXAMPLE" Value="version" Comparison="EqualTo" Data="3.1" />
          """
      ).staged(),
      try Document(number: forXP, prerequisites: [windowsXP], isInstallable: "<l:True />").staged(),
      try Document(number: bundle, prerequisites: [windows10], bundled: [member]).staged(),
      try Document(
        number: member, prerequisites: [windows10], isInstalled: newerFile, isInstallable: "<l:True />"
      ).staged(),
      try Document(
        number: unanswerable, prerequisites: [windows10], isInstalled: "<c:CbsPackageInstalledByIdentity />",
        isInstallable: "<l:True />"
      ).staged())
  }

  private static func version(_ comparison: String) -> String {
    "<b:WindowsVersion Comparison=\"\(comparison)\" MajorVersion=\"10\" MinorVersion=\"0\" />"
  }
}
