import Testing
import UpdateModel

@testable import Export

@Suite("Tar headers of volumes")
struct UstarHeaderTests {
  private static let created = Timestamp(year: 2026, month: 11, day: 1)

  private static func header(_ change: (inout [UInt8]) -> Void = { _ in }) -> [UInt8] {
    var block = UstarHeader.bytes(name: EntryName(object: .state, part: 0), size: 100, created: created)
    change(&block)
    let sum = String(UstarHeader.checksum(block), radix: 8)
    block.replaceSubrange(148..<154, with: Array((String(repeating: "0", count: 6 - sum.count) + sum).utf8))
    return block
  }

  private static func text(_ block: [UInt8], _ range: Range<Int>) -> String {
    String(decoding: block[range], as: UTF8.self)
  }

  @Test("every field of a header is what the format says")
  func fields() throws {
    let content = SampleManifest.content(3)
    let size = ArchiveEntry.maximumSize
    let block = UstarHeader.bytes(name: EntryName(object: content, part: 12), size: size, created: Self.created)
    #expect(block.count == 512)
    let name = content.text + ".part-0012"
    #expect(Self.text(block, 0..<100) == name + String(repeating: "\0", count: 100 - name.utf8.count))
    #expect(Self.text(block, 100..<124) == "0000444\u{0}0000000\u{0}0000000\u{0}")
    #expect(Self.text(block, 124..<136) == "77777777777\u{0}")
    #expect(Self.text(block, 136..<148) == String(Int64(Self.created.unixSeconds), radix: 8) + "\u{0}")
    #expect(Self.text(block, 154..<157) == "\u{0} 0")
    #expect(block[157..<257].allSatisfy { $0 == 0 } && block[265..<329].allSatisfy { $0 == 0 })
    #expect(Self.text(block, 257..<265) == "ustar\u{0}00")
    #expect(Self.text(block, 329..<345) == "0000000\u{0}0000000\u{0}")
    #expect(block[345...].allSatisfy { $0 == 0 })
    var blank = block
    blank.replaceSubrange(148..<156, with: [UInt8](repeating: 0x20, count: 8))
    let sum = blank.reduce(Int64(0)) { $0 + Int64($1) }
    #expect(Int64(Self.text(block, 148..<154), radix: 8) == sum)
  }

  @Test("contents are padded to blocks", arguments: [(0, 0, 512), (1, 511, 1024), (512, 0, 1024), (513, 511, 1536)])
  func padding(size: Int, padding: Int, length: Int) {
    #expect(UstarHeader.padding(after: Int64(size)) == padding)
    #expect(UstarHeader.entryLength(Int64(size)) == Int64(length))
  }

  @Test(
    "a foreign header is named by its kind",
    arguments: [
      ("0", "a file"), ("1", "a hard link"), ("2", "a symbolic link"), ("3", "a character device"),
      ("4", "a block device"), ("5", "a directory"), ("6", "a FIFO"), ("x", "a pax header"),
      ("g", "a global pax header"), ("L", "a GNU long name"), ("K", "a GNU long link"), ("S", "a sparse file"),
      ("Q", "an entry of the unknown type \"Q\""),
    ])
  func kinds(type: String, words: String) {
    let block = Self.header { $0[156] = Array(type.utf8)[0] }
    let link = type == "1" || type == "2" ? " to \"\"" : ""
    #expect(UstarHeader.describe(block) == "\(words) \"state.json.zst\"\(link)")
    let same = UstarHeader.difference(expected: Self.header(), found: block)
    #expect(type == "0" || same == UstarHeader.describe(block))
  }

  @Test("names and targets of a stranger are shown without control characters")
  func escaping() {
    let block = Self.header {
      $0[156] = UInt8(ascii: "2")
      $0.replaceSubrange(0..<15, with: Array("../x\u{1B}[31m\nname\u{0}".utf8))
      $0.replaceSubrange(157..<169, with: Array("/etc/passwd\u{0}".utf8))
      $0.replaceSubrange(345..<349, with: Array("/tmp".utf8))
    }
    #expect(UstarHeader.describe(block) == #"a symbolic link "/tmp/../x\x1b[31m\x0aname" to "/etc/passwd""#)
  }

  @Test("a header of the right file names the fields that differ")
  func differences() {
    let other = Self.header { $0.replaceSubrange(124..<135, with: Array("00000000001".utf8)) }
    #expect(
      UstarHeader.difference(expected: Self.header(), found: other)
        == #"a file "state.json.zst" with size "00000000001""#)
    let setuid = Self.header { $0.replaceSubrange(100..<107, with: Array("0004777".utf8)) }
    #expect(UstarHeader.difference(expected: Self.header(), found: setuid).hasSuffix(#"with mode "0004777""#))
  }

  @Test("what is no header at all is named")
  func nothing() {
    #expect(UstarHeader.describe([]) == "only 0 bytes of a header")
    #expect(UstarHeader.describe([UInt8](repeating: 0, count: 512)) == "the end of the archive")
    #expect(UstarHeader.describe([UInt8](repeating: 0xFF, count: 512)) == "bytes that are no tar header")
    var damaged = Self.header()
    damaged[0] ^= 1
    #expect(UstarHeader.describe(damaged) == "bytes that are no tar header")
  }
}
