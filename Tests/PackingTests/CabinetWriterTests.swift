import Foundation
import TestSupport
import Testing

@testable import Packing

@Suite("Writing a Cabinet of several members")
struct CabinetWriterTests {
  static let lengths = [1, 2, 255, 32_767, 32_768, 32_769, 65_536, 98_304, 1_000_003]

  @Test("members read back as they were written", arguments: lengths)
  func roundTrip(length: Int) throws {
    let (text, noise) = (metadataText(length), pattern(length / 2 + 1))
    let cabinet = try CabinetOnDisk.written([("metadata.txt", text), ("package.xml", noise)])
    let read = try cabinet.members(expecting: ["package.xml", "metadata.txt"])
    #expect(read["metadata.txt"] == text)
    #expect(read["package.xml"] == noise)
  }

  @Test("the pieces in which content comes make no difference", arguments: [1, 7, 32_768, 40_000])
  func pieces(piece: Int) throws {
    let members = [("a", metadataText(70_000)), ("b", pattern(33_000))]
    #expect(try CabinetOnDisk.bytes(of: members, piece: piece) == CabinetOnDisk.bytes(of: members))
  }

  @Test("an empty member beside others reads back as empty", arguments: [0, 1, 2])
  func emptyMember(place: Int) throws {
    var members = [("a", metadataText(40_000)), ("b", pattern(10))]
    members.insert(("empty", []), at: place)
    let read = try CabinetOnDisk.written(members).members(expecting: ["a", "b", "empty"])
    #expect(read == ["a": metadataText(40_000), "b": pattern(10), "empty": []])
  }

  @Test("members that are all empty read back")
  func onlyEmptyMembers() throws {
    let read = try CabinetOnDisk.written([("a", []), ("b", [])]).members(expecting: ["a", "b"])
    #expect(read == ["a": [], "b": []])
  }

  @Test("a block refers to the one before it")
  func history() throws {
    var generator = SeededGenerator(seed: 3)
    let noise = generator.bytes(20_000)
    // Each block of its own would hold these 20,000 bytes once.
    let content = noise + noise + noise + noise + noise
    let cabinet = try CabinetOnDisk.bytes(of: [("a", content)])
    #expect(cabinet.count < 25_000)
    #expect(try CabinetOnDisk(cabinet).members(expecting: ["a"])["a"] == content)
  }

  @Test("content that does not shrink grows by a few bytes a block")
  func noise() throws {
    var generator = SeededGenerator(seed: 4)
    let content = generator.bytes(5 * 32_768)
    let cabinet = try CabinetOnDisk.bytes(of: [("noise", content)])
    #expect(cabinet.count <= content.count + 5 * (8 + 12) + 100)
    #expect(try CabinetOnDisk(cabinet).members(expecting: ["noise"])["noise"] == content)
  }

  @Test("a name beyond ASCII is marked as UTF-8")
  func unicodeName() throws {
    let cabinet = try CabinetOnDisk.written([("plain", [1]), ("Übung-日本.txt", [2, 3])])
    #expect(try cabinet.members(expecting: ["plain", "Übung-日本.txt"])["Übung-日本.txt"] == [2, 3])
    let bytes = try cabinet.bytes
    let attributes = [36 + 16 + 14, 36 + 16 + 16 + 6 + 14].map { bytes.field16($0) }
    #expect(attributes == [0x20, 0xA0])
  }

  @Test(
    "dates are those of the format: even seconds in UTC from 1980 to 2107",
    arguments: [
      (0, 0x0021, 0x0000), (315_532_800, 0x0021, 0), (1_790_000_001, 0x5D35, 0x71AA),
      (951_782_399, 0x285C, 0xBF7D), (4_354_819_199, 0xFF9F, 0xBF7D), (Int.max, 0xFF9F, 0xBF7D), (Int.min, 0x21, 0),
    ])
  func dates(seconds: Int, date: Int, time: Int) {
    let moment = CabinetTime(unixSeconds: seconds)
    #expect(moment.date == date)
    #expect(moment.time == time)
  }

  @Test("a name that is a path or no name is refused", arguments: ["", "a\0b", "a/b", "..", ".", "c:\\x", "a\nb"])
  func badName(name: String) {
    #expect(throws: PackingError.memberName(name)) {
      _ = try CabinetWriter([.init(name: name, modified: CabinetOnDisk.moment)]) { _, _ in }
    }
  }

  @Test("two members of one name are refused, whatever the letter case")
  func duplicate() {
    let entries = ["a.txt", "A.TXT"].map { CabinetWriter.Entry(name: $0, modified: CabinetOnDisk.moment) }
    #expect(throws: PackingError.duplicateMember("A.TXT")) { _ = try CabinetWriter(entries) { _, _ in } }
  }

  @Test("a member above the limit of the format is refused by name")
  func formatLimit() throws {
    #expect(CabinetWriter.memberLimit == 2_147_450_880)
    let entries = ["metadata.txt", "package.xml"].map { CabinetWriter.Entry(name: $0, modified: CabinetOnDisk.moment) }
    let writer = try CabinetWriter(entries, mostBlocks: 3, mostBytes: 1 << 20) { _, _ in }
    try writer.write(metadataText(3 * 32_768))
    try writer.endMember()
    try writer.write(metadataText(3 * 32_768))
    #expect(
      throws: PackingError.memberAboveLimit(name: "package.xml", limit: 3 * 32_768, found: 3 * 32_768 + 1)
    ) {
      try writer.write([0])
      try writer.endMember()
    }
  }

  @Test("a Cabinet above what Windows reads is refused")
  func cabinetLimit() throws {
    let entry = CabinetWriter.Entry(name: "a", modified: CabinetOnDisk.moment)
    let writer = try CabinetWriter([entry], mostBlocks: 0xFFFF, mostBytes: 100_000) { _, _ in }
    var generator = SeededGenerator(seed: 9)
    #expect(throws: PackingError.cabinetTooLarge(limit: 100_000)) { try writer.write(generator.bytes(200_000)) }
  }

  @Test("a Cabinet is not finished before each member has ended, and takes no more than it has names for")
  func memberCount() throws {
    let entries = ["a", "b"].map { CabinetWriter.Entry(name: $0, modified: CabinetOnDisk.moment) }
    let writer = try CabinetWriter(entries) { _, _ in }
    #expect(throws: PackingError.missingMember("a")) { _ = try writer.finish() }
    try writer.endMember()
    #expect(throws: PackingError.missingMember("b")) { _ = try writer.finish() }
    try writer.endMember()
    #expect(throws: PackingError.memberCount(expected: 2, found: 3)) { try writer.write([1]) }
  }

  @Test("the sink gets small pieces in order, and the signature last of all")
  func sink() throws {
    let sink = MemorySink()
    let writer = try CabinetWriter([.init(name: "a", modified: CabinetOnDisk.moment)], sink: sink.put)
    for _ in 0..<40 { try writer.write(pattern(100_000)) }
    #expect(sink.bytes.prefix(4) == [0, 0, 0, 0])
    try writer.endMember()
    _ = try writer.finish()
    #expect(sink.largest <= 300 << 10)
    #expect(sink.offsets.count > 3)
    #expect(sink.offsets.dropLast() == sink.offsets.dropLast().sorted()[...])
    #expect(sink.offsets.last == 0)
    #expect(sink.bytes.prefix(4) == Array("MSCF".utf8)[...])
  }

  @Test("a sink that fails stops the writer with its own error")
  func failingSink() throws {
    struct Full: Error {}
    let writer = try CabinetWriter([.init(name: "a", modified: CabinetOnDisk.moment)]) { _, _ in throw Full() }
    try writer.write(pattern(10))
    try writer.endMember()
    #expect(throws: Full.self) { _ = try writer.finish() }
  }

  @Test("cabextract reads what is written", .enabled(if: Cabextract.isInstalled, "cabextract is not installed"))
  func cabextract() throws {
    var generator = SeededGenerator(seed: 2)
    let members = [
      ("none", []), ("metadata.txt", metadataText(300_000)), ("noise", generator.bytes(100_000)), ("empty", []),
      ("last", [1]),
    ]
    let cabinet = try CabinetOnDisk.written(members)
    let tested = try ChildProcess.run("cabextract", ["--test", cabinet.path])
    #expect(tested.ending == .exited(0), "\(tested.errors)")
    for (name, content) in members {
      let unpacked = try ChildProcess.run("cabextract", ["--pipe", "--quiet", "--filter", name, cabinet.path])
      #expect([UInt8](unpacked.output) == content, "\(name)")
    }
  }

  @Test("7-Zip reads what is written", .enabled(if: SevenZip.path != nil, "7z is not installed"))
  func sevenZip() throws {
    let cabinet = try CabinetOnDisk.written([("metadata.txt", metadataText(300_000)), ("package.xml", pattern(70_000))])
    #expect(try ChildProcess.run(try #require(SevenZip.path), ["t", cabinet.path]).ending == .exited(0))
  }
}

/// Another independent reader, when this machine has it.
enum SevenZip {
  static let path = ["/usr/bin/7z", "/usr/bin/7zz", "/usr/bin/7za"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }
}
