import Foundation
import TestSupport

@testable import Packing

/// A Cabinet in a file of its own, written by the writer under test or given byte by byte.
struct CabinetOnDisk {
  let directory: TemporaryDirectory
  let path: String

  static let moment = CabinetTime(unixSeconds: 1_790_000_000)

  init(_ bytes: [UInt8]) throws {
    directory = try TemporaryDirectory()
    path = try directory.write(bytes, to: "package.cab")
  }

  var bytes: [UInt8] {
    get throws { try [UInt8](Data(contentsOf: URL(fileURLWithPath: path))) }
  }

  /// - Parameter piece: how many bytes are given to the writer at once.
  static func written(
    _ members: [(name: String, content: [UInt8])], level: Int = 6, piece: Int = .max
  ) throws -> CabinetOnDisk {
    try CabinetOnDisk(bytes(of: members, level: level, piece: piece))
  }

  static func bytes(
    of members: [(name: String, content: [UInt8])], level: Int = 6, piece: Int = .max
  ) throws -> [UInt8] {
    let sink = MemorySink()
    let writer = try CabinetWriter(
      members.map { CabinetWriter.Entry(name: $0.name, modified: moment) }, level: level, sink: sink.put)
    for member in members {
      for start in stride(from: 0, to: member.content.count, by: min(piece, max(1, member.content.count))) {
        try writer.write(Array(member.content[start...].prefix(piece)))
      }
      try writer.endMember()
    }
    let length = try writer.finish()
    return Array(sink.bytes.prefix(Int(length)))
  }

  /// The members as they are read back.
  func members(expecting names: [String], limits: CabinetLimits = CabinetLimits()) throws -> [String: [UInt8]] {
    var contents: [String: [UInt8]] = [:]
    var ended: Set<String> = []
    try CabinetReader.read(file: path, expecting: names, limits: limits) { member, chunk in
      precondition(!ended.contains(member.name))
      contents[member.name, default: []] += chunk
      if chunk.isEmpty { ended.insert(member.name) }
    }
    precondition(ended == Set(contents.keys))
    return contents
  }
}

/// A file in memory that notes the largest piece.
final class MemorySink {
  private(set) var bytes: [UInt8] = []
  private(set) var largest = 0
  private(set) var offsets: [Int64] = []

  func put(_ piece: [UInt8], at offset: Int64) {
    let start = Int(offset)
    if bytes.count < start + piece.count {
      bytes += [UInt8](repeating: 0, count: start + piece.count - bytes.count)
    }
    bytes.replaceSubrange(start..<(start + piece.count), with: piece)
    largest = max(largest, piece.count)
    offsets.append(offset)
  }
}

/// Text as packages hold it: XML that shrinks to a tenth.
func metadataText(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
  var generator = SeededGenerator(seed: seed)
  var bytes: [UInt8] = []
  while bytes.count < count {
    bytes +=
      "<upd:UpdateIdentity UpdateID=\"\(generator.next())\" RevisionNumber=\"\(generator.next() % 300)\" />\r\n".utf8
    bytes += "<upd:Properties DefaultPropertiesLanguage=\"en\" UpdateType=\"Software\" IsPublic=\"true\" />\r\n".utf8
  }
  return Array(bytes.prefix(count))
}
