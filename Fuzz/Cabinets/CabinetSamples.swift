@testable import Packing

/// Small Cabinets that are in order.
public enum CabinetSamples {
  public static let names = ["metadata.txt", "package.xml"]

  public static let all: [[UInt8]] = {
    let text = Array("<upd:Update xmlns:upd=\"urn:u\">a text, a text, a text</upd:Update>".utf8)
    do {
      let plain = try cabinet([text, Array(text.reversed())], level: 9) { [$0] }
      let halfEmpty = try cabinet([[], text], level: 1) { [$0] }
      let stored = try StoredCabinet.pack(text)
      return [plain, halfEmpty, stored, withoutChecksums(plain), withoutChecksums(stored)]
    } catch { fatalError("no Cabinet was made: \(error)") }
  }()

  /// A Cabinet of ``names``.
  public static func cabinet(_ contents: [[UInt8]], level: Int, pieces: ([UInt8]) -> [[UInt8]]) throws -> [UInt8] {
    var cabinet: [UInt8] = []
    let entries = names.map { CabinetWriter.Entry(name: $0, modified: CabinetTime(unixSeconds: 1_790_000_000)) }
    let writer = try CabinetWriter(entries, level: level) { bytes, offset in
      let start = Int(offset)
      if cabinet.count < start + bytes.count {
        cabinet += [UInt8](repeating: 0, count: start + bytes.count - cabinet.count)
      }
      cabinet.replaceSubrange(start..<start + bytes.count, with: bytes)
    }
    for content in contents {
      for piece in pieces(content) { try writer.write(piece) }
      try writer.endMember()
    }
    _ = try writer.finish()
    return cabinet
  }

  /// The checksum of the first block of each folder is 0, which says that there is none: edits behind it then reach the
  /// decoder.
  private static func withoutChecksums(_ cabinet: [UInt8]) -> [UInt8] {
    var cabinet = cabinet
    for folder in 0..<cabinet.field16(26) {
      let block = cabinet.field32(CabinetHeader.byteCount + CabinetHeader.folderByteCount * folder)
      cabinet.replace32(0, at: block)
    }
    return cabinet
  }
}
