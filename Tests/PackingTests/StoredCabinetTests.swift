import Foundation
import Packing
import TestSupport
import Testing

@Suite("Writing a Cabinet")
struct StoredCabinetTests {
  static let lengths = [1, 2, 3, 4, 5, 1_000, 32_767, 32_768, 32_769, 65_536, 200_003]

  @Test("what is packed unpacks to the same bytes", arguments: lengths)
  func roundTrip(length: Int) throws {
    let content = pattern(length)
    let cabinet = try StoredCabinet.pack(content)
    #expect(try CabinetReader.soleMember(of: cabinet, limit: length) == content)
  }

  @Test("an empty member packs and unpacks")
  func empty() throws {
    #expect(try CabinetReader.soleMember(of: StoredCabinet.pack([]), limit: 10) == [])
  }

  @Test("SSS-162: header fields are those of the Cabinets of Windows", .enabled(if: Recording.isPresent))
  func sameHeaderAsWindows() throws {
    let recorded = try Recording.cabinet()
    let own = try StoredCabinet.pack(CabinetReader.soleMember(of: recorded, limit: 1 << 20))
    // All but the total length, from the signature to the member's name.
    #expect(own[..<8] == recorded[..<8])
    #expect(own[12..<65] == recorded[12..<65])
  }

  @Test("a name that a Cabinet cannot hold is refused", arguments: ["", "a\0b", String(repeating: "x", count: 256)])
  func badName(name: String) {
    #expect(throws: PackingError.memberName(name)) { try StoredCabinet.pack([1], memberName: name) }
  }

  @Test(
    "SSS-162: cabextract reads what is packed", .enabled(if: Cabextract.isInstalled, "cabextract is not installed"),
    arguments: lengths)
  func cabextract(length: Int) throws {
    let content = pattern(length)
    #expect(try Cabextract.soleMember(of: StoredCabinet.pack(content)) == content)
  }
}

/// The independent reader, when this machine has it.
enum Cabextract {
  private static let path = ["/usr/bin/cabextract", "/usr/local/bin/cabextract"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }
  static var isInstalled: Bool { path != nil }

  static func soleMember(of cabinet: [UInt8]) throws -> [UInt8] {
    let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).cab")
    try Data(cabinet).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let unpacked = try ChildProcess.run(try #require(path), ["--pipe", "--quiet", file.path])
    #expect(unpacked.ending == .exited(0), "\(unpacked.errors)")
    return [UInt8](unpacked.output)
  }
}
