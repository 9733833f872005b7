import Foundation
import Glibc
import Platform
import UpdateModel

/// What is kept beside a part file, so that a later run can continue it.
struct Sidecar: Codable, Hashable {
  static let limit = 8 << 10
  static let textLimit = 1 << 10

  var format = 1
  /// ETag or Last-Modified of the bytes in the part file.
  let validator: String?
  /// Where they came from.
  let source: String?
  /// Bytes that the metadata declared.
  let expectedLength: Int64?

  init(validator: String?, source: String?, expectedLength: Int64?) {
    self.validator = Self.bounded(validator)
    self.source = Self.bounded(source)
    self.expectedLength = expectedLength
  }

  /// A peer chooses these texts: too long is as good as none.
  private static func bounded(_ text: String?) -> String? {
    text.flatMap { $0.utf8.count <= textLimit ? $0 : nil }
  }

  static func name(_ digest: FileDigest) -> String { digest.hex + ".json" }
  static func partName(_ digest: FileDigest) -> String { digest.hex + ".part" }

  /// - Returns: nil when there is none or it is not ours to understand.
  static func read(_ digest: FileDigest, in folder: Folder) throws(SystemError) -> Sidecar? {
    do {
      let bytes = try folder.openFile(name(digest), flags: O_RDONLY).contents(limit: limit)
      let sidecar = try? JSONDecoder().decode(Sidecar.self, from: Data(bytes))
      return sidecar.flatMap { $0.format == 1 ? $0 : nil }
    } catch  where [ENOENT, EFBIG, ELOOP, EISDIR].contains(error.code) {
      return nil
    }
  }

  func write(_ digest: FileDigest, in folder: Folder) throws {
    try DurableFile.write(try NoteText.bytes(self), to: Self.name(digest), in: folder)
  }
}

/// The notes beside files: JSON with a fixed order of fields, for people and for reading back.
enum NoteText {
  static func bytes(_ value: some Encodable) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    do {
      return [UInt8](try encoder.encode(value)) + [0x0A]
    } catch {
      throw ContentStoreError.digestUnavailable(reason: "a note could not be written as JSON: \(error)")
    }
  }
}
