import ContentStore
import Foundation
import Platform
import Sealing
import Testing
import UpdateModel

extension TestContent {
  /// As an archive announces it.
  func announced(size: Int64? = nil, sha256: SHA256Digest? = nil) throws -> ImportFile {
    ImportFile(
      name: ContentName(file), size: size ?? Int64(bytes.count), sha256: try sha256 ?? #require(file.sha256))
  }

  func part(_ range: Range<Int64>) -> [UInt8] { Array(bytes[Int(range.lowerBound)..<Int(range.upperBound)]) }
}

extension ImportStaging {
  /// What an importer does with one entry.
  func store(_ content: TestContent, chunk: Int = 300_000) async throws {
    guard let writer = try await begin(content.announced()) else { return }
    try await writer.feed(content.bytes, chunk: chunk)
    #expect(try await writer.finish() == .staged)
  }

  /// What it does with one part.
  @discardableResult
  func store(_ content: TestContent, part: Range<Int64>) async throws -> ImportPlace? {
    let bytes = content.part(part)
    let sha256 = try FileDigester.digests(of: bytes).sha256
    guard let writer = try await begin(content.announced(), part: part, sha256: sha256) else { return nil }
    try await writer.feed(bytes)
    return try await writer.finish()
  }

  func place(_ content: TestContent) async throws -> ImportPlace? {
    try await places(of: [content.announced()]).first
  }
}

extension ImportWriter {
  func feed(_ bytes: [UInt8], chunk: Int = 300_000) async throws {
    for start in stride(from: 0, to: bytes.count, by: chunk) {
      try await append(Array(bytes[start..<min(bytes.count, start + chunk)]))
    }
  }
}

extension TemporaryState {
  /// Names in the folder of an import that are content.
  func staged(_ name: String) throws -> [String] {
    try names("staging/import/\(name)").filter { ContentName($0) != nil }
  }
}
