import Foundation
import TestSupport

/// The recordings that lie beside the project.
enum SharedFiles {
  static var recordings: URL { URL(fileURLWithPath: Recordings.locate() ?? Recordings.candidates[0]) }

  static func bytes(_ url: URL) throws -> [UInt8] { try [UInt8](Data(contentsOf: url)) }
}

/// One recorded call between a scripted DSS and a real USS.
struct Exchange {
  let name: String
  let request: [UInt8]
  let reply: [UInt8]
  let headers: String

  init(_ name: String) throws {
    self.name = name
    let folder = SharedFiles.recordings.appendingPathComponent("docs/fixtures/wsus-m0-wsusss/exchanges/\(name)")
    request = try SharedFiles.bytes(folder.appendingPathComponent("request.body"))
    reply = try SharedFiles.bytes(folder.appendingPathComponent("response.body"))
    headers = String(
      decoding: try SharedFiles.bytes(folder.appendingPathComponent("request.headers")), as: UTF8.self)
  }

  static func names() throws -> [String] {
    let folder = SharedFiles.recordings.appendingPathComponent("docs/fixtures/wsus-m0-wsusss/exchanges")
    return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }

  func header(_ name: String) -> String? {
    for line in headers.split(whereSeparator: \.isNewline) {
      let sides = line.split(separator: ":", maxSplits: 1)
      if sides.count == 2, sides[0].lowercased() == name.lowercased() {
        return sides[1].trimmingCharacters(in: .whitespaces)
      }
    }
    return nil
  }
}
