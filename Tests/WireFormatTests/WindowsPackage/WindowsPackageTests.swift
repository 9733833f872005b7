import Foundation
import Testing
import UpdateModel

@testable import WireFormat

/// Reads `package.xml` in pieces.
func readPackage(
  _ bytes: [UInt8], piece: Int = .max, limits: WindowsPackageLimits = WindowsPackageLimits()
) throws(WireError) -> [WindowsPackagePart] {
  let reader = WindowsPackageReader(limits: limits)
  var parts: [WindowsPackagePart] = []
  for chunk in pieces(bytes, piece) {
    let result = chunk.withUnsafeBytes { raw in
      Result { () throws(WireError) in try reader.push(raw) }
    }
    parts += try result.get()
  }
  return parts + (try reader.finish())
}

@Suite("package.xml of a Windows package")
struct WindowsPackageTests {
  private static let header = WindowsPackageHeader(serverID: Samples.guid, creationTime: Samples.time)
  private static let file = PackagedFile(
    digest: Samples.digest(1), muURL: "http://download.example.invalid/a?b=1&c=2", name: "Windows \"1\" <ä>.cab")
  private static let category = PackagedUpdate(identity: Samples.identity)
  private static let update = PackagedUpdate(
    identity: UpdateIdentity(updateID: Samples.other, revisionNumber: 0x7FFF_FFFF),
    files: [Samples.digest(1), Samples.digest(2)], categories: [Samples.guid], classifications: [Samples.other])

  private static func document() throws -> [UInt8] {
    var writer = WindowsPackageWriter(header: header, languages: Samples.configuration.languages)
    var bytes = try writer.append(file)
    bytes += try writer.append(PackagedFile(digest: Samples.digest(2), muURL: nil, name: "b.exe"))
    bytes += try writer.append(category)
    bytes += try writer.append(update)
    return bytes + writer.finish()
  }

  private static func text(_ change: (String) -> String) throws -> [UInt8] {
    Array(change(String(decoding: try document(), as: UTF8.self)).utf8)
  }

  @Test("a package is written with all sections and attributes in their order")
  func layout() throws {
    let one = String(decoding: Base64.encode(Samples.digest(1).bytes), as: UTF8.self)
    let two = String(decoding: Base64.encode(Samples.digest(2).bytes), as: UTF8.self)
    let expected = """
      <?xml version="1.0" encoding="utf-8"?>\r\n<ExportPackage ServerID="266f6222-c89d-43f2-9f8a-69340271e677" \
      CreationTime="2026-10-04T20:33:26Z" FormatVersion="1.0" ProtocolVersion="1.20"><Languages>\
      <Language Id="0" ShortName="all" LongName="all" Enabled="0" />\
      <Language Id="1033" ShortName="en" LongName="English" Enabled="1" /></Languages><Files>\
      <File Digest="\(one)" MUUrl="http://download.example.invalid/a?b=1&amp;c=2" \
      Name="Windows &quot;1&quot; &lt;ä&gt;.cab" /><File Digest="\(two)" MUUrl="" Name="b.exe" /></Files><Updates>\
      <Update UpdateId="266f6222-c89d-43f2-9f8a-69340271e677" RevisionNumber="200">\
      <Files /><Categories /><Classifications /></Update>\
      <Update UpdateId="ccb78947-6453-4ecc-9de8-bc0305c98f2d" RevisionNumber="2147483647">\
      <Files><File Digest="\(one)" /><File Digest="\(two)" /></Files>\
      <Categories><Category Value="266f6222-c89d-43f2-9f8a-69340271e677" /></Categories>\
      <Classifications><Classification Value="ccb78947-6453-4ecc-9de8-bc0305c98f2d" /></Classifications></Update>\
      </Updates></ExportPackage>
      """
    #expect(String(decoding: try Self.document(), as: UTF8.self) == expected)
  }

  @Test("the parts come back in any cut", arguments: [.max, 1, 7, 64])
  func anyCut(piece: Int) throws {
    let parts = try readPackage(Self.document(), piece: piece)
    let seconds = WindowsPackageHeader(
      serverID: Samples.guid, creationTime: Timestamp("2026-10-04T20:33:26Z") ?? .never)
    let languages = Samples.configuration.languages
    #expect(
      parts == [
        .header(seconds), .language(languages[0]), .language(languages[1]), .file(Self.file),
        .file(PackagedFile(digest: Samples.digest(2), muURL: nil, name: "b.exe")), .update(Self.category),
        .update(Self.update),
      ])
  }

  @Test("a package without anything has all sections and reads back")
  func empty() throws {
    var writer = WindowsPackageWriter(header: Self.header, languages: [])
    let bytes = writer.finish()
    #expect(String(decoding: bytes, as: UTF8.self).contains("<Languages /><Files /><Updates /></ExportPackage>"))
    #expect(try readPackage(bytes).count == 1)
  }

  @Test("a file behind an update is not written")
  func order() throws {
    var writer = WindowsPackageWriter(header: Self.header, languages: [])
    _ = try writer.append(Self.category)
    #expect(throws: WireError.self) { try writer.append(Self.file) }
  }

  @Test("many updates are handed over in pieces")
  func pieces() throws {
    var writer = WindowsPackageWriter(header: Self.header, languages: [])
    var bytes: [UInt8] = []
    var largest = 0
    for number in 0..<2_000 {
      let piece = try writer.append(PackagedUpdate(identity: record(UInt64(number), "").identity))
      largest = max(largest, piece.count)
      bytes += piece
    }
    bytes += writer.finish()
    #expect((64 << 10...66 << 10).contains(largest))
    #expect(try readPackage(bytes, piece: 1_000).count == 2_001)
  }

  @Test("unknown elements and attributes are skipped, and lists may be absent")
  func unknown() throws {
    let bytes = Array(
      """
      <p:ExportPackage xmlns:p="urn:x" Extra="1" ServerID="266F6222-C89D-43F2-9F8A-69340271E677" FormatVersion="1.0"
        ProtocolVersion="1.8" CreationTime="2026-01-02T03:04:05Z"><!-- note --><News>text<Update/></News>
        <Updates><Update RevisionNumber="1" UpdateId="266f6222-c89d-43f2-9f8a-69340271e677"><More>x</More></Update>
        </Updates></p:ExportPackage>
      """.utf8)
    let parts = try readPackage(bytes)
    #expect(
      parts == [
        .header(
          WindowsPackageHeader(
            serverID: Samples.guid, creationTime: Timestamp("2026-01-02T03:04:05Z") ?? .never,
            protocolVersion: ProtocolVersion(major: 1, minor: 8))),
        .update(PackagedUpdate(identity: UpdateIdentity(updateID: Samples.guid, revisionNumber: 1))),
      ])
  }

  @Test("another format version is refused by name", arguments: ["1.1", "2.0", "", "1.00"])
  func formatVersion(version: String) throws {
    let bytes = try Self.text { $0.replacing("FormatVersion=\"1.0\"", with: "FormatVersion=\"\(version)\"") }
    let error = #expect(throws: WireError.self) { try readPackage(bytes) }
    guard case .invalidValue(let place, "attribute FormatVersion with 1.0", version) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(place.operation == "package.xml")
    #expect(place.element == "ExportPackage")
  }

  @Test(
    "a wrong value is refused with its element",
    arguments: [
      ("ServerID=\"266f", "ServerID=\"x66f", "ExportPackage"), ("2026-10-04T", "2026-13-04T", "ExportPackage"),
      ("ProtocolVersion=\"1.20\"", "", "ExportPackage"), ("Id=\"1033\"", "Id=\"-1\"", "Language"),
      ("Enabled=\"1\"", "Enabled=\"maybe\"", "Language"), ("Name=\"b.exe\"", "", "File"),
      ("Digest=\"AQEB", "Digest=\"", "File"), ("RevisionNumber=\"200\"", "RevisionNumber=\"-1\"", "Update"),
      ("RevisionNumber=\"2147483647\"", "RevisionNumber=\"2147483648\"", "Update"),
      ("Category Value=\"266f", "Category Value=\"{266f", "Category"),
      ("<Classification Value=", "<Classification Other=", "Classification"),
      ("<Files />", "<Files>x</Files>", "Files"),
    ])
  func wrongValue(old: String, new: String, element: String) throws {
    let bytes = try Self.text { text in
      guard let range = text.range(of: old) else { return text }
      return text.replacingCharacters(in: range, with: new)
    }
    let error = #expect(throws: WireError.self) { try readPackage(bytes) }
    #expect(error?.location?.operation == "package.xml")
    if element != "Files" { #expect(error?.location?.element == element, "\(String(describing: error))") }
  }

  @Test("an update that comes twice is refused by name")
  func duplicate() throws {
    var writer = WindowsPackageWriter(header: Self.header, languages: [])
    let bytes = try writer.append(Self.update) + writer.append(Self.update) + writer.finish()
    let error = #expect(throws: WireError.self) { try readPackage(bytes) }
    #expect(error?.description.contains("expected each update once, found \(Self.update.identity) again") == true)
  }

  @Test("a document type declaration and a processing instruction are refused")
  func documentType() throws {
    let root = "<ExportPackage"
    for construct in [
      "<!DOCTYPE ExportPackage [<!ENTITY x 'y'>]>", "<!DOCTYPE x SYSTEM 'file:///etc/passwd'>", "<?x y?>",
    ] {
      let bytes = try Self.text { $0.replacing(root, with: construct + root) }
      let error = #expect(throws: WireError.self) { try readPackage(bytes) }
      guard case .forbidden = error else {
        Issue.record("\(String(describing: error))")
        return
      }
    }
  }

  @Test("too many of anything are refused")
  func limits() throws {
    let bytes = try Self.document()
    func expect(_ maximum: Int, _ limits: WindowsPackageLimits) {
      let error = #expect(throws: WireError.self) { try readPackage(bytes, limits: limits) }
      guard case .limitExceeded(_, .items, maximum) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
    }
    #expect(
      try readPackage(bytes, limits: WindowsPackageLimits(updates: 2, files: 2, languages: 2, perUpdate: 2)).count == 7)
    expect(1, WindowsPackageLimits(updates: 1))
    expect(1, WindowsPackageLimits(files: 1))
    expect(1, WindowsPackageLimits(languages: 1))
    expect(1, WindowsPackageLimits(perUpdate: 1))
    let error = #expect(throws: WireError.self) {
      try readPackage(bytes, limits: WindowsPackageLimits(totalBytes: 500))
    }
    guard case .limitExceeded(_, .total, 500) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test("a document cut at any length is refused")
  func truncated() throws {
    let whole = try Self.document()
    for length in 0..<whole.count {
      let error = #expect(throws: WireError.self) { try readPackage(Array(whole[..<length])) }
      #expect(error == nil || error?.location?.operation == "package.xml")
    }
  }

  @Test("a flipped bit ends in an error or in a package of the same shape, whole and byte by byte alike")
  func flippedBits() throws {
    let whole = try Self.document()
    for byte in whole.indices {
      // Each byte with another of its bits: all of them would take a minute.
      let bit = byte * 8 + byte % 8
      var damaged = whole
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      let result = Result { try readPackage(damaged) }
      let bytewise = Result { try readPackage(damaged, piece: 1) }
      switch (result, bytewise) {
      case (.success(let parts), .success(let others)):
        #expect(parts == others)
        #expect(parts.count <= 7)
      case (.failure, .failure): break
      default: Issue.record("bit \(bit): \(result), byte by byte \(bytewise)")
      }
    }
  }

  @Test("a root of another name, and a package without updates, are refused")
  func otherRoots() {
    #expect(throws: WireError.self) { try readPackage(Array("<Package/>".utf8)) }
    let head = "<ExportPackage ServerID=\"\(Samples.guid)\" FormatVersion=\"1.0\" ProtocolVersion=\"1.20\" "
    let bytes = Array((head + "CreationTime=\"2026-01-02T03:04:05Z\"></ExportPackage>").utf8)
    #expect(
      throws: WireError.missingElement(
        WireLocation(operation: "package.xml", element: "ExportPackage"), expected: "Updates")
    ) { try readPackage(bytes) }
  }

  @Test("a Cabinet is recognized, .xml.gz and anything else are refused by name")
  func layouts() throws {
    #expect(try WindowsPackageLayout(fileName: "a.cab", leading: Array("MSCF".utf8)) == .cabinet)
    let gzip = #expect(throws: WireError.self) {
      try WindowsPackageLayout(fileName: "export.xml.gz", leading: [0x1F, 0x8B, 8, 0])
    }
    #expect(gzip?.description.hasPrefix("export.xml.gz: expected a Cabinet") == true)
    #expect(gzip?.description.contains(".xml.gz layout") == true)
    for leading in [[], [0x50, 0x4B, 3, 4], Array("MSC".utf8)] as [[UInt8]] {
      #expect(throws: WireError.self) { try WindowsPackageLayout(fileName: "a", leading: leading) }
    }
  }

  @Test("both members must name the same updates, in whatever order they are read")
  func comparison() throws {
    var comparison = WindowsPackageComparison()
    let identities = (1...3).map { record(UInt64($0), "").identity }
    identities.forEach { comparison.addListed($0) }
    identities.reversed().forEach { comparison.addRecord($0) }
    try comparison.finish()
    comparison.addListed(identities[1])
    #expect(throws: WireError.self) { try comparison.finish() }
    comparison.addRecord(identities[1])
    comparison.addRecord(identities[2])
    let error = #expect(throws: WireError.self) { try comparison.finish() }
    #expect(error?.description.contains("\(identities[2]), the first of 1 that only metadata.txt names") == true)
  }
}
