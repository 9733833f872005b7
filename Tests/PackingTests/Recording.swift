import Foundation
import TestSupport

/// Files of recorded exchanges of Windows Server 2025.
enum Recording {
  private static let folder = Recordings.locate()

  static var isPresent: Bool { folder != nil }

  static func text(_ path: String) throws -> String {
    try String(contentsOfFile: "\(folder ?? "")/docs/fixtures/wsus-m0-wsusss/\(path)", encoding: .utf8)
  }

  /// The Cabinet in the answer of exchange 000014.
  static func cabinet() throws -> [UInt8] {
    let answer = try text("exchanges/000014/response.body")
    let tag = "XmlUpdateBlobCompressed>"
    let encoded = answer.components(separatedBy: tag)[1].components(separatedBy: "</")[0]
    return [UInt8](Data(base64Encoded: encoded, options: .ignoreUnknownCharacters)!)
  }
}
