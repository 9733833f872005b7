import Foundation
import Testing
import UpdateModel

/// Recorded documents of Windows Server 2025.
enum RecordedDocument: String, CaseIterable {
  case leaf = "266f6222-c89d-43f2-9f8a-69340271e677-r200.xml"
  case bundle = "ccb78947-6453-4ecc-9de8-bc0305c98f2d-r200.xml"

  private static let folder: URL = {
    if let path = ProcessInfo.processInfo.environment["UPDATEMIRROR_RECORDINGS"] { return URL(filePath: path) }
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let root = tests.deletingLastPathComponent().deletingLastPathComponent()
    return root.deletingLastPathComponent().appending(path: "shared/recordings")
  }()

  static let arePresent = FileManager.default.fileExists(atPath: folder.path)

  func bytes() throws -> [UInt8] {
    let file = Self.folder.appending(path: "docs/fixtures/wsus-m0-wsusss/docs/\(rawValue)")
    return [UInt8](try Data(contentsOf: file))
  }
}

/// Small documents with one part replaced.
enum MetadataFixture {
  static let updateID = "11111111-2222-3333-4444-555555555555"
  static let sha1 = "h/W9BGlYUAaqXTp30cZi/SiV3c0="
  static let sha256 = "Amt0qymy5KsROiwIXm4QIIV75Ju4r+Cl28Pg8gaLXUA="

  static func document(
    properties: String = #"UpdateType="Software""#, inProperties: String = "", parts: String = ""
  ) -> [UInt8] {
    Array(
      """
      <Update><UpdateIdentity UpdateID="\(updateID)" RevisionNumber="7" />\
      <Properties \(properties)>\(inProperties)</Properties>\(parts)</Update>
      """.utf8)
  }

  static func file(_ attributes: String, inside: String = "") -> [UInt8] {
    document(parts: "<Files><File \(attributes)>\(inside)</File></Files>")
  }

  static func guid(_ text: String) throws -> GUID { try #require(GUID(text)) }
}
