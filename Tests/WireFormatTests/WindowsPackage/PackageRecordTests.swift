import TestSupport
import Testing
import UpdateModel

@testable import WireFormat

/// Reads `metadata.txt` in pieces.
func readRecords(
  _ bytes: [UInt8], piece: Int = .max, limits: WindowsPackageLimits = WindowsPackageLimits()
) throws(WireError) -> [PackageRecord] {
  var reader = PackageRecordReader(limits: limits)
  var records: [PackageRecord] = []
  for chunk in pieces(bytes, piece) {
    let result = chunk.withUnsafeBytes { raw in
      Result { () throws(WireError) in try reader.push(raw) }
    }
    records += try result.get()
  }
  records += try reader.finish()
  #expect(reader.count == records.count)
  return records
}

func pieces(_ bytes: [UInt8], _ size: Int) -> [[UInt8]] {
  stride(from: 0, to: bytes.count, by: min(size, max(1, bytes.count))).map { Array(bytes[$0...].prefix(size)) }
}

func record(_ number: UInt64, _ text: String) -> PackageRecord {
  PackageRecord(
    identity: UpdateIdentity(updateID: GUID(high: 0xABCD, low: number), revisionNumber: Int32(200 + number)),
    document: Array(text.utf8))
}

/// The bytes of a record whose length is `length`.
func recordBytes(_ number: UInt64, _ text: String, length: Int) -> [UInt8] {
  var bytes: [UInt8] = []
  RecordPrefix(identity: record(number, "").identity, length: length).append(to: &bytes)
  return bytes + Array(text.utf8) + [13, 10]
}

@Suite("metadata.txt of a Windows package")
struct PackageRecordTests {
  private static let records = [
    record(1, "<upd:Update>plain</upd:Update>"), record(2, "<a>ä€😀 and\r\nmore\r\n</a>"), record(3, "<b>日本語</b>"),
    record(4, "<c/>"),
  ]

  private static func bytes(_ records: [PackageRecord] = Self.records) throws -> [UInt8] {
    try records.flatMap { try $0.encoded() }
  }

  @Test("a record is the identity, the revision and the length in 8 digits each, the document and CR LF")
  func layout() throws {
    let identity = UpdateIdentity(updateID: Samples.guid, revisionNumber: 200)
    let bytes = try PackageRecord(identity: identity, document: Array("<a>ä😀</a>".utf8)).encoded()
    let text = "266f6222-c89d-43f2-9f8a-69340271e677,000000c8,0000000a,<a>ä😀</a>\r\n"
    #expect(String(decoding: bytes, as: UTF8.self) == text)
  }

  @Test("records come back in any cut", arguments: [.max, 1, 2, 3, 7, 55, 64, 100])
  func anyCut(piece: Int) throws {
    #expect(try readRecords(Self.bytes(), piece: piece) == Self.records)
    #expect(try readRecords([0xEF, 0xBB, 0xBF] + Self.bytes(), piece: piece) == Self.records)
    #expect(try readRecords([], piece: piece) == [])
  }

  @Test("digits in capitals are read as well")
  func letterCase() throws {
    let text = "266F6222-C89D-43F2-9F8A-69340271E677,000000C8,0000000A,<a>12345</\r\n"
    let read = try readRecords(Array(text.utf8))
    #expect(read.map(\.identity) == [UpdateIdentity(updateID: Samples.guid, revisionNumber: 200)])
  }

  @Test("a length in bytes is accepted where only that fits", arguments: [.max, 1, 5, 64])
  func byteCount(piece: Int) throws {
    let bytes = Self.records.enumerated().flatMap { index, record in
      recordBytes(UInt64(index + 1), String(decoding: record.document, as: UTF8.self), length: record.document.count)
    }
    #expect(try readRecords(bytes, piece: piece) == Self.records)
  }

  @Test(
    "a length in bytes whose count of units ends before some other CR LF is still told apart", arguments: [.max, 1])
  func ambiguousLineEnd(piece: Int) throws {
    // 10 units more than there are bytes in the first document: the second one has CR LF just there.
    let first = "<a>" + String(repeating: "ä", count: 60) + "</a>"
    let inside = 60 - 2 - RecordPrefix.byteCount
    let second = String(repeating: "x", count: inside) + "\r\n<b/>"
    let bytes =
      recordBytes(1, first, length: first.utf8.count) + recordBytes(2, second, length: second.utf8.count)
    #expect(bytes[(RecordPrefix.byteCount + first.utf8.count + 60)...].prefix(2) == [13, 10])
    #expect(try readRecords(bytes, piece: piece) == [record(1, first), record(2, second)])
  }

  @Test("where both counts fit, UTF-16 units count", arguments: [.max, 1])
  func bothFit(piece: Int) throws {
    // A document that holds CR LF and the front of a record where its count of bytes would end.
    let front = String(decoding: recordBytes(9, "", length: 1).dropLast(2), as: UTF8.self)
    let document = "<a>ää\r\n" + front + "ä</a>"
    let length = document.utf16.count
    let bytes = recordBytes(1, document, length: length)
    #expect(try readRecords(bytes, piece: piece) == [record(1, document)])
  }

  @Test("a file cut anywhere but behind a record is refused with the record's number")
  func truncated() throws {
    let whole = try Self.bytes()
    var ends: [Int: Int] = [0: 0]
    for count in 1...Self.records.count { ends[try Self.bytes(Array(Self.records.prefix(count))).count] = count }
    for length in 0..<whole.count {
      if let count = ends[length] {
        #expect(try readRecords(Array(whole[..<length])) == Array(Self.records.prefix(count)))
        continue
      }
      let error = #expect(throws: WireError.self) { try readRecords(Array(whole[..<length])) }
      let number = (ends.filter { $0.key < length }.map(\.value).max() ?? 0) + 1
      #expect(error?.location?.operation == "metadata.txt record \(number)", "\(length)")
      let other = #expect(throws: WireError.self) { try readRecords(Array(whole[..<length]), piece: 1) }
      #expect(error == other)
    }
  }

  @Test("a flipped bit ends in an error or in records within the file, whole and byte by byte alike")
  func flippedBits() throws {
    let whole = try Self.bytes()
    for bit in 0..<(whole.count * 8) {
      var damaged = whole
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      let result = Result { try readRecords(damaged) }
      let bytewise = Result { try readRecords(damaged, piece: 1) }
      switch (result, bytewise) {
      case (.success(let records), .success(let others)):
        #expect(records == others)
        #expect(records.reduce(0) { $0 + $1.document.count } <= whole.count)
      case (.failure(let error), .failure(let other)): #expect(error as? WireError == other as? WireError, "bit \(bit)")
      default: Issue.record("bit \(bit): \(result), byte by byte \(bytewise)")
      }
    }
  }

  @Test(
    "what is wrong in the front of a record is named with its record and byte",
    arguments: [
      (0, "g", "a GUID", 0), (36, ";", "a comma", 36), (45, " ", "a comma", 45), (54, "0", "a comma", 54),
      (37, "8", "a revision number of 8 hexadecimal digits up to 7fffffff", 37),
      (38, "x", "a revision number of 8 hexadecimal digits up to 7fffffff", 37),
      (46, "-", "a length of 8 hexadecimal digits above 0", 46),
    ])
  func badFront(place: Int, character: String, expected: String, offset: Int) throws {
    let first = try record(1, "<a/>").encoded()
    var bytes = try first + record(2, "<b/>").encoded()
    bytes[first.count + place] = Array(character.utf8)[0]
    let error = #expect(throws: WireError.self) { try readRecords(bytes) }
    guard case .invalidValue(let location, expected, let found) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(location == WireLocation(operation: "metadata.txt record 2", offset: first.count + offset))
    #expect(found.contains(character))
  }

  @Test("a length that lies is refused where CR LF should be", arguments: [1, 3, 5, 6, 7, 60])
  func lyingLength(length: Int) {
    let bytes = recordBytes(1, "<a/>", length: length) + recordBytes(2, "<b/>", length: 4)
    let error = #expect(throws: WireError.self) { try readRecords(bytes) }
    let expected = "CR LF after a document of \(length) UTF-16 units or bytes"
    guard case .invalidValue(let location, expected, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(location.offset == RecordPrefix.byteCount + length)
  }

  @Test("a length of 0 is refused")
  func noDocument() {
    #expect(throws: WireError.self) { try readRecords(recordBytes(1, "", length: 0)) }
  }

  @Test("a huge length is refused before its bytes are waited for")
  func hugeLength() {
    for length in [(64 << 20) + 1, 0x7FFF_FFFF, 0xFFFF_FFFF] {
      var reader = PackageRecordReader()
      let bytes = recordBytes(1, "", length: length)
      #expect(
        throws: WireError.limitExceeded(
          WireLocation(operation: "metadata.txt record 1", offset: 0), limit: .text, maximum: 64 << 20)
      ) { try bytes.withUnsafeBytes { try reader.push($0) } }
    }
  }

  @Test("a document with more bytes than the limit is refused though its units are within")
  func tooManyBytes() throws {
    let limits = WindowsPackageLimits(documentBytes: 100)
    let bytes = try record(1, String(repeating: "ä", count: 60)).encoded()
    for piece in [.max, 1] {
      #expect(
        throws: WireError.limitExceeded(
          WireLocation(operation: "metadata.txt record 1", offset: 0), limit: .text, maximum: 100)
      ) { try readRecords(bytes, piece: piece, limits: limits) }
    }
    #expect(try readRecords(record(1, String(repeating: "ä", count: 50)).encoded(), limits: limits).count == 1)
  }

  @Test("LF alone, CR alone and nothing at the end of a record are refused", arguments: [[10], [13], [], [13, 13]])
  func lineEnds(end: [UInt8]) throws {
    for text in ["<a/>", "<a>ä</a>"] {
      let one = Array(try record(1, text).encoded().dropLast(2)) + end
      #expect(throws: WireError.self) { try readRecords(one) }
      #expect(throws: WireError.self) { try readRecords(one + record(2, "<b/>").encoded()) }
    }
  }

  @Test("an update that comes twice is refused by name")
  func duplicate() throws {
    let bytes = try Self.bytes([record(1, "<a/>"), record(2, "<b/>"), record(1, "<c/>")])
    let error = #expect(throws: WireError.self) { try readRecords(bytes) }
    let place = WireLocation(operation: "metadata.txt record 3", offset: 2 * (RecordPrefix.byteCount + 6))
    #expect(
      error
        == .invalidValue(place, expected: "each update once", found: "00000000-0000-abcd-0000-000000000001.201 again"))
  }

  @Test("too many updates, and a file that is too long, are refused")
  func tooMany() throws {
    let bytes = try Self.bytes()
    #expect(try readRecords(bytes, limits: WindowsPackageLimits(updates: 4)).count == 4)
    let error = #expect(throws: WireError.self) { try readRecords(bytes, limits: WindowsPackageLimits(updates: 3)) }
    #expect(error?.description.contains("metadata.txt record 4") == true)
    #expect(throws: WireError.self) { try readRecords(bytes, limits: WindowsPackageLimits(totalBytes: 100)) }
  }

  @Test("a document in UTF-16 or with a byte order mark is written as plain UTF-8")
  func encodings() throws {
    let text = "<a>ä</a>"
    let identity = record(1, "").identity
    var utf16: [UInt8] = [0xFF, 0xFE]
    for unit in text.utf16 { utf16 += [UInt8(truncatingIfNeeded: unit), UInt8(unit >> 8)] }
    for document in [utf16, [0xEF, 0xBB, 0xBF] + Array(text.utf8)] {
      let bytes = try PackageRecord(identity: identity, document: document).encoded()
      #expect(try readRecords(bytes) == [record(1, text)])
    }
  }

  @Test("what cannot be a record is not written", arguments: [[], [0xFF, 0x41], [0xC3, 0x28]])
  func notWritten(document: [UInt8]) {
    let identity = record(1, "").identity
    #expect(throws: WireError.self) { try PackageRecord(identity: identity, document: document).encoded() }
    let negative = UpdateIdentity(updateID: .zero, revisionNumber: -1)
    #expect(throws: WireError.self) { try PackageRecord(identity: negative, document: [65]).encoded() }
  }

  @Test("many records of odd lengths and characters come back from pieces of odd lengths")
  func many() throws {
    var generator = SeededGenerator(seed: 7)
    let alphabet = Array("abc<>/ \r\n,0ä€😀日")
    let records = (0..<300).map { number in
      let length = Int(generator.next() % 200) + 1
      let text = String((0..<length).map { _ in alphabet[Int(generator.next() % UInt64(alphabet.count))] })
      return record(UInt64(number), text)
    }
    let bytes = try Self.bytes(records)
    for piece in [.max, 1, 97, 4_096] { #expect(try readRecords(bytes, piece: piece) == records) }
  }
}
