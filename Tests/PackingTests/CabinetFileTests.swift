import Foundation
import TestSupport
import Testing

@testable import Packing

@Suite("Reading a Cabinet from disk")
struct CabinetFileTests {
  private static let members = [("metadata.txt", metadataText(3_000)), ("package.xml", pattern(700))]
  private static let names = ["metadata.txt", "package.xml"]

  @Test(
    "the members of Windows-like LZX, stored and MSZIP Cabinets come out in chunks", arguments: [1, 32_768, 900_001])
  func methods(length: Int) throws {
    let content = pattern(length)
    for cabinet in try [
      StoredCabinet.pack(content), CabinetFixture(method: .stored, members: [("blob", content)]).bytes,
      CabinetFixture(method: .mszip, members: [("blob", content)]).bytes,
    ] {
      #expect(try CabinetOnDisk(cabinet).members(expecting: ["blob"]) == ["blob": content])
    }
  }

  @Test("two members in one folder come out, each with its own bytes")
  func oneFolder() throws {
    let cabinet = CabinetFixture(members: [("a", pattern(40_000)), ("b", metadataText(50_000))]).bytes
    let read = try CabinetOnDisk(cabinet).members(expecting: ["a", "b"])
    #expect(read == ["a": pattern(40_000), "b": metadataText(50_000)])
  }

  @Test("members are found in any letter case and get the expected name")
  func letterCase() throws {
    let cabinet = try CabinetOnDisk.written([("METADATA.TXT", [1]), ("Package.xml", [2])])
    #expect(try cabinet.members(expecting: Self.names) == ["metadata.txt": [1], "package.xml": [2]])
  }

  @Test("a member that nobody expects is refused by name, before anything is unpacked")
  func unexpected() throws {
    let cabinet = try CabinetOnDisk.written(Self.members + [("setup.exe", [1])])
    #expect(throws: PackingError.unexpectedMember("setup.exe", expected: Self.names)) {
      try CabinetReader.read(file: cabinet.path, expecting: Self.names) { _, _ in Issue.record("unpacked") }
    }
  }

  @Test("a path as a name is just another unexpected member", arguments: ["..\\metadata.txt", "/etc/passwd", "x/y"])
  func path(name: String) throws {
    let cabinet = try CabinetOnDisk(CabinetFixture(members: [(name, [1])]).bytes)
    #expect(throws: PackingError.unexpectedMember(name, expected: Self.names)) {
      try cabinet.members(expecting: Self.names)
    }
  }

  @Test("a member that is not there is refused by name")
  func missing() throws {
    let cabinet = try CabinetOnDisk.written([("metadata.txt", [1])])
    #expect(throws: PackingError.missingMember("package.xml")) { try cabinet.members(expecting: Self.names) }
  }

  @Test("a member that comes twice is refused by name")
  func duplicate() throws {
    let cabinet = try CabinetOnDisk(CabinetFixture(members: [("package.xml", [1]), ("PACKAGE.XML", [2])]).bytes)
    #expect(throws: PackingError.duplicateMember("package.xml")) { try cabinet.members(expecting: Self.names) }
  }

  @Test("more members than the limit are refused")
  func tooMany() throws {
    let cabinet = try CabinetOnDisk(CabinetFixture(members: (0..<17).map { ("m\($0)", []) }).bytes)
    #expect(throws: PackingError.tooManyMembers(limit: 16, found: 17)) { try cabinet.members(expecting: Self.names) }
  }

  @Test("a name without an end is refused")
  func endlessName() throws {
    let cabinet = try CabinetOnDisk(CabinetFixture(members: [(String(repeating: "x", count: 256), [1])]).bytes)
    #expect(throws: PackingError.self) { try cabinet.members(expecting: Self.names) }
  }

  @Test("a member above the limit is refused by name, before anything is unpacked")
  func tooLong() throws {
    let cabinet = try CabinetOnDisk.written(Self.members)
    var limits = CabinetLimits()
    limits.memberBytes = 2_999
    #expect(throws: PackingError.memberAboveLimit(name: "metadata.txt", limit: 2_999, found: 3_000)) {
      try cabinet.members(expecting: Self.names, limits: limits)
    }
  }

  @Test("a small Cabinet that unpacks to much is refused")
  func ratio() throws {
    let cabinet = try CabinetOnDisk.written([("metadata.txt", [UInt8](repeating: 0, count: 1 << 20))])
    let packed = try cabinet.bytes.count
    let limits = CabinetLimits(ratio: 20, freeBytes: 4_096)
    #expect(throws: PackingError.suspiciousRatio(packed: packed, unpacked: 1 << 20, limit: 20 * packed)) {
      try cabinet.members(expecting: ["metadata.txt"], limits: limits)
    }
    #expect(try cabinet.members(expecting: ["metadata.txt"])["metadata.txt"]?.count == 1 << 20)
  }

  @Test("members that share their bytes count each on its own")
  func overlap() throws {
    // Both entries start at the same place of the folder.
    var bytes = CabinetFixture(members: [("metadata.txt", pattern(900)), ("package.xml", pattern(900))]).bytes
    let second = 44 + 16 + 13
    bytes.replace32(0, at: second + 4)
    let limits = CabinetLimits(ratio: 0, freeBytes: 1_799)
    #expect(throws: PackingError.suspiciousRatio(packed: bytes.count, unpacked: 1_800, limit: 1_799)) {
      try CabinetOnDisk(bytes).members(expecting: Self.names, limits: limits)
    }
  }

  @Test("a length that lies is refused", arguments: [699, 701, 100_000])
  func lyingLength(length: Int) throws {
    var bytes = try CabinetOnDisk.bytes(of: Self.members)
    let second = 36 + 16 + 16 + 13
    #expect(bytes.field32(second) == 700)
    bytes.replace32(length, at: second)
    // A shorter length than the folder has is no error of the format: the rest belongs to nobody.
    if length < 700 {
      #expect(try CabinetOnDisk(bytes).members(expecting: Self.names)["package.xml"]?.count == length)
    } else {
      #expect(throws: PackingError.self) { try CabinetOnDisk(bytes).members(expecting: Self.names) }
    }
  }

  @Test("a part of a Cabinet set, another version, and bytes behind the end are refused")
  func otherCabinets() throws {
    let whole = try CabinetOnDisk.bytes(of: Self.members)
    func expect(_ error: PackingError, _ change: (inout [UInt8]) -> Void) throws {
      var changed = whole
      change(&changed)
      #expect(throws: error) { try CabinetOnDisk(changed).members(expecting: Self.names) }
    }
    try expect(.partOfASet) { $0[30] = 1 }
    try expect(.partOfASet) { $0[30] = 2 }
    try expect(.partOfASet) { $0.replace16(0xFFFE, at: 36 + 16 + 8) }
    try expect(.unsupportedVersion(expected: "1.3", found: "1.4")) { $0[24] = 4 }
    try expect(.lengthMismatch(declared: whole.count, found: whole.count + 1)) { $0.append(0) }
    try expect(.folderCount(expected: 2, found: 500)) { $0.replace16(500, at: 26) }
    try expect(.notACabinet(found: [0x1F, 0x8B, 8, 0])) { $0 = [0x1F, 0x8B, 8, 0, 0, 0, 0] }
    try expect(.notACabinet(found: [])) { $0 = [] }
  }

  @Test("a file that is not there and a folder are refused by path")
  func noFile() throws {
    let directory = try TemporaryDirectory()
    let missing = directory.path("none.cab")
    #expect(throws: PackingError.file(path: missing, operation: "open", reason: "No such file or directory")) {
      try CabinetReader.read(file: missing, expecting: []) { _, _ in }
    }
    #expect(throws: PackingError.file(path: directory.path, operation: "read", reason: "it is no regular file")) {
      try CabinetReader.read(file: directory.path, expecting: []) { _, _ in }
    }
  }

  @Test("an error of the one who takes the bytes ends the reading and comes out as it is")
  func takerFails() throws {
    struct Enough: Error {}
    let cabinet = try CabinetOnDisk.written(Self.members)
    var calls = 0
    #expect(throws: Enough.self) {
      try CabinetReader.read(file: cabinet.path, expecting: Self.names) { _, _ in
        calls += 1
        throw Enough()
      }
    }
    #expect(calls == 1)
  }

  @Test("a Cabinet cut at any length is refused, also when its header admits the cut")
  func truncated() throws {
    let whole = try CabinetOnDisk.bytes(of: [("metadata.txt", metadataText(600)), ("package.xml", pattern(90))])
    let cabinet = try CabinetOnDisk(whole)
    for length in 0..<whole.count {
      var cut = Array(whole[..<length])
      try cabinet.directory.write(cut, to: "package.cab")
      #expect(throws: PackingError.self, "\(length)") { try cabinet.members(expecting: Self.names) }
      guard length >= 12 else { continue }
      cut.replace32(length, at: 8)
      try cabinet.directory.write(cut, to: "package.cab")
      #expect(throws: PackingError.self, "\(length)") { try cabinet.members(expecting: Self.names) }
    }
  }

  @Test("a flipped bit is refused or changes no byte of the members")
  func flippedBits() throws {
    let members = ["metadata.txt": metadataText(400), "package.xml": pattern(50)]
    let whole = try CabinetOnDisk.bytes(of: [("metadata.txt", metadataText(400)), ("package.xml", pattern(50))])
    let cabinet = try CabinetOnDisk(whole)
    // Lengths of members have no checksum: the metadata itself tells of a cut.
    let lengthFields = Set([52, 81].flatMap { $0..<($0 + 8) })
    for bit in 0..<(whole.count * 8) where !lengthFields.contains(bit / 8) {
      var damaged = whole
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      try cabinet.directory.write(damaged, to: "package.cab")
      do { #expect(try cabinet.members(expecting: Self.names) == members, "bit \(bit)") } catch is PackingError {}
    }
  }
}
