import Foundation
import Platform
import TestSupport
import UpdateModel

@testable import Export

/// An archive's folder that a test changes byte by byte, as an attacker would.
struct AlteredArchive {
  let path: String
  let manifest: ArchiveManifest

  init(_ path: String) throws {
    self.path = path
    manifest = try ArchiveManifest.parse(try Self.read(path + "/manifest.json"))
  }

  static func read(_ path: String) throws -> [UInt8] { try DurableFile.read(path, limit: 1 << 30) }

  func bytes(_ name: String) throws -> [UInt8] { try Self.read("\(path)/\(name)") }

  func write(_ bytes: [UInt8], to name: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
  }

  func change(_ name: String, _ change: (inout [UInt8]) throws -> Void) throws {
    var bytes = try bytes(name)
    try change(&bytes)
    try write(bytes, to: name)
  }

  func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: "\(path)/\(name)") }

  /// Where the header of an entry (from 0) of a volume begins.
  func offset(ofEntry index: Int, volume: Int = 1) -> Int {
    manifest.entries(ofVolume: volume - 1).prefix(index).reduce(0) { $0 + Int(UstarHeader.entryLength($1.size)) }
  }

  /// Changes the header of an entry and gives it a right checksum.
  func changeHeader(ofEntry index: Int, volume: Int = 1, _ change: (inout [UInt8]) -> Void) throws {
    let start = offset(ofEntry: index, volume: volume)
    try self.change(ArchiveManifest.volumeName(volume)) { bytes in
      var header = Array(bytes[start..<start + 512])
      change(&header)
      bytes.replaceSubrange(start..<start + 512, with: Self.checked(header))
    }
  }

  /// A header of another kind than the writer's own.
  static func header(_ name: String, type: Character, size: Int = 0, link: String = "") -> [UInt8] {
    var header = UstarHeader.bytes(name: EntryName(object: .state, part: 0), size: Int64(size), created: SourceSite.now)
    header.replaceSubrange(0..<100, with: Array(name.utf8) + [UInt8](repeating: 0, count: 100 - name.utf8.count))
    header[156] = type.asciiValue ?? 0
    header.replaceSubrange(157..<157 + link.utf8.count, with: Array(link.utf8))
    return checked(header)
  }

  static func checked(_ header: [UInt8]) -> [UInt8] {
    var header = header
    let digits = String(UstarHeader.checksum(header), radix: 8)
    let text = String(repeating: "0", count: 6 - digits.count) + digits
    header.replaceSubrange(148..<156, with: Array(text.utf8) + [0, 0x20])
    return header
  }
}
