import Foundation

/// Files of recorded exchanges of Windows Server 2025.
enum Recording {
  private static let folder: URL = {
    if let path = ProcessInfo.processInfo.environment["UPDATEMIRROR_RECORDINGS"] { return URL(filePath: path) }
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let candidates = [root, URL(filePath: FileManager.default.currentDirectoryPath)]
    let folders = candidates.map { $0.deletingLastPathComponent().appending(path: "shared/recordings") }
    return folders.first { FileManager.default.fileExists(atPath: $0.path) } ?? folders[0]
  }()

  private static func file(_ path: String) -> URL { folder.appending(path: "docs/fixtures/wsus-m0-wsusss/\(path)") }

  static let isPresent = FileManager.default.fileExists(atPath: file("docs").path)

  static func text(_ path: String) throws -> String { try String(contentsOf: file(path), encoding: .utf8) }

  /// The Cabinet in the answer of exchange 000014.
  static func cabinet() throws -> [UInt8] {
    let answer = try text("exchanges/000014/response.body")
    let tag = "XmlUpdateBlobCompressed>"
    let encoded = answer.components(separatedBy: tag)[1].components(separatedBy: "</")[0]
    return [UInt8](Data(base64Encoded: encoded, options: .ignoreUnknownCharacters)!)
  }
}
