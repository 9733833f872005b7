import Foundation
import Packing
import Testing

@Suite("Reading a Cabinet")
struct CabinetReaderTests {
  @Test(
    "SSS-160: the recorded LZX Cabinet of Windows unpacks to the recorded document",
    .enabled(if: Recording.isPresent, "recordings not found"))
  func recordedCabinet() throws {
    let member = try CabinetReader.soleMember(of: Recording.cabinet(), limit: 1 << 20)
    let document = try #require(String(bytes: member, encoding: .utf16LittleEndian))
    #expect(member.count == 29_156)
    #expect(try document == Recording.text("docs/266f6222-c89d-43f2-9f8a-69340271e677-r200.xml"))
  }

  @Test(
    "the sole member unpacks whatever the method", arguments: [CabinetFixture.Method.stored, .mszip],
    [1, 5, 32_768, 32_769, 100_001])
  func methods(method: CabinetFixture.Method, length: Int) throws {
    let content = pattern(length)
    let cabinet = CabinetFixture(method: method, members: [("blob", content)]).bytes
    #expect(try CabinetReader.soleMember(of: cabinet, limit: length) == content)
  }

  @Test("SSS-164: a Cabinet of several members is refused")
  func severalMembers() {
    let cabinet = CabinetFixture(members: [("blob", [1, 2]), ("more", [3])]).bytes
    #expect(throws: PackingError.memberCount(expected: 1, found: 2)) {
      try CabinetReader.soleMember(of: cabinet, limit: 100)
    }
  }

  @Test("SSS-164: a Cabinet without a member is refused")
  func noMember() {
    let cabinet = CabinetFixture(members: []).bytes
    #expect(throws: PackingError.memberCount(expected: 1, found: 0)) {
      try CabinetReader.soleMember(of: cabinet, limit: 100)
    }
  }

  @Test("SSS-164: a member above the limit is refused before it is unpacked")
  func oversized() {
    let cabinet = CabinetFixture(members: [("blob", pattern(1_001))]).bytes
    #expect(throws: PackingError.memberTooLarge(limit: 1_000, declared: 1_001)) {
      try CabinetReader.soleMember(of: cabinet, limit: 1_000)
    }
  }

  @Test("SSS-164: a negative member length is refused as too large")
  func negativeLength() {
    let cabinet = CabinetFixture(members: [("blob", [1])], declaredLength: -1).bytes
    #expect(throws: PackingError.memberTooLarge(limit: 1_000, declared: 0xFFFF_FFFF)) {
      try CabinetReader.soleMember(of: cabinet, limit: 1_000)
    }
  }

  @Test("SSS-164: a member shorter than declared is refused")
  func shortMember() {
    let cabinet = CabinetFixture(members: [("blob", [1, 2, 3])], declaredLength: 500).bytes
    #expect(throws: PackingError.self) { try CabinetReader.soleMember(of: cabinet, limit: 1_000) }
  }

  @Test("a part of a Cabinet set is refused")
  func partOfASet() {
    let cabinet = CabinetFixture(members: [("blob", [1])], flags: 2).bytes
    #expect(throws: PackingError.partOfASet) { try CabinetReader.soleMember(of: cabinet, limit: 10) }
  }

  @Test("Quantum is refused with the library's reason")
  func quantum() {
    let cabinet = CabinetFixture(method: .quantum, members: [("blob", pattern(50))]).bytes
    #expect(throws: PackingError.self) { try CabinetReader.soleMember(of: cabinet, limit: 100) }
  }

  @Test(
    "what is no Cabinet is refused",
    arguments: ["", "MSC", "MSCF", "PK\u{3}\u{4} a zip file that is long enough to look at", "<upd:Update />"])
  func notACabinet(text: String) {
    let bytes = Array(text.utf8)
    #expect(throws: PackingError.notACabinet(found: Array(bytes.prefix(4)))) {
      try CabinetReader.soleMember(of: bytes, limit: 100)
    }
  }

  @Test("SSS-164: a Cabinet cut at any length is refused")
  func truncated() throws {
    let whole = try StoredCabinet.pack(pattern(700))
    for length in 0..<whole.count {
      #expect(throws: PackingError.self) { try CabinetReader.soleMember(of: Array(whole[..<length]), limit: 1_000) }
      var cut = Array(whole[..<length])
      guard length >= 12 else { continue }
      // The same cut with an honest header: the decoder itself has to notice.
      for place in 0..<4 { cut[8 + place] = UInt8(truncatingIfNeeded: length >> (8 * place)) }
      #expect(throws: PackingError.self) { try CabinetReader.soleMember(of: cut, limit: 1_000) }
    }
  }

  @Test("SSS-164: one flipped bit gives an error or bytes within the limit, never harm")
  func flippedBits() throws {
    let whole = try StoredCabinet.pack(pattern(300))
    for bit in 0..<(whole.count * 8) {
      var damaged = whole
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      let member = try? CabinetReader.soleMember(of: damaged, limit: 1_000)
      #expect((member?.count ?? 0) <= 1_000)
    }
  }

  @Test(
    "a flipped bit in the content of a Windows Cabinet is noticed by its checksum", .enabled(if: Recording.isPresent))
  func checksum() throws {
    var cabinet = try Recording.cabinet()
    cabinet[cabinet.count / 2] ^= 4
    #expect(throws: PackingError.self) { try CabinetReader.soleMember(of: cabinet, limit: 1 << 20) }
  }
}
