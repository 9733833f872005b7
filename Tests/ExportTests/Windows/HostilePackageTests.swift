import Catalog
import ContentStore
import Packing
import Platform
import Sealing
import TestSupport
import Testing
import UpdateModel
import WireFormat

@testable import Export

@Suite("Hostile Windows packages") struct HostilePackageTests {
  /// A change of a good package, and words of the refusal.
  struct Attack: CustomTestStringConvertible, Sendable {
    let name: String
    let words: String
    let forge: @Sendable (inout ForgedPackage) throws -> [UInt8]

    init(_ name: String, _ words: String, _ forge: @escaping @Sendable (inout ForgedPackage) throws -> [UInt8]) {
      (self.name, self.words, self.forge) = (name, words, forge)
    }

    var testDescription: String { name }
  }

  private static func indexed(_ name: String, _ words: String, _ old: String, _ new: String) -> Attack {
    Attack(name, words) { package in
      package.index = package.index.replacing(old, with: new, maxReplacements: 1)
      return try package.cabinet()
    }
  }

  static let attacks: [Attack] = [
    Attack("no byte", "expected a Cabinet") { _ in [] },
    Attack("gzip", "the .xml.gz layout of newer servers is not known") { _ in [0x1F, 0x8B, 8, 0, 0, 0] },
    Attack("truncated", "Cabinet: header declares") { try $0.cabinet().dropLast(100) },
    Attack("bytes behind the end", "Cabinet: header declares") { try $0.cabinet() + [0] },
    Attack("a member is missing", "expected the member \"package.xml\"") { package in
      package.names.removeLast()
      package.members.removeLast()
      return try package.cabinet()
    },
    Attack("one member too many", "found \"setup.exe\"") { package in
      package.names.append("setup.exe")
      package.members.append([1])
      return try package.cabinet()
    },
    Attack("a path as a member", "expected the members") {
      try $0.cabinet().replacingFirst("package.xml", by: "..\\..\\a.xml")
    },
    Attack("a member of 4 GiB", "expected at most 2147450880 bytes") { package in
      var bytes = try package.cabinet()
      let table = Int(bytes[16]) | Int(bytes[17]) << 8
      bytes.replaceSubrange(table..<(table + 4), with: [0xFF, 0xFF, 0xFF, 0xFF])
      return bytes
    },
    Attack("a decompression bomb", "in its members, found") { package in
      package.metadata = [UInt8](repeating: 0x20, count: 64 << 20)
      return try package.cabinet()
    },
    Attack("a flipped bit in a block", "") { package in
      var bytes = try package.cabinet()
      bytes[bytes.count / 2] ^= 4
      return bytes
    },
    Attack("a record that only package.xml names", "only package.xml names") { package in
      try package.setRecords(package.records().dropLast())
      return try package.cabinet()
    },
    Attack("a record that package.xml does not name", "only metadata.txt names") { package in
      let end = try #require(package.index.ranges(of: "<Update ").last?.lowerBound)
      package.index = package.index[..<end] + "</Updates></ExportPackage>"
      return try package.cabinet()
    },
    Attack("a record twice", "each update once") { package in
      let records = try package.records()
      try package.setRecords(records + [records[0]])
      return try package.cabinet()
    },
    Attack("a wrong length", "CR LF after a document") { package in
      // The last digit of the length of the first record.
      package.metadata[52] = package.metadata[52] == 0x31 ? 0x32 : 0x31
      return try package.cabinet()
    },
    Attack("a document of another update", "element UpdateIdentity: expected") { package in
      var records = try package.records()
      records[0] = PackageRecord(identity: records[0].identity, document: records[1].document)
      try package.setRecords(records)
      return try package.cabinet()
    },
    Attack("a document that is no XML", "metadata.txt, document of") { package in
      var records = try package.records()
      records[3] = PackageRecord(identity: records[3].identity, document: Array("<Update".utf8))
      try package.setRecords(records)
      return try package.cabinet()
    },
    indexed(
      "a document type in package.xml", "package.xml", "<ExportPackage",
      "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]><ExportPackage"),
    indexed("another format version", "FormatVersion", "FormatVersion=\"1.0\"", "FormatVersion=\"2.0\""),
    indexed("another protocol", "expected 1.x, found 2.0", "ProtocolVersion=\"1.20\"", "ProtocolVersion=\"2.0\""),
    indexed("a path as a file name", "expected a plain file name", " Name=\"", " Name=\"..\\..\\Windows\\"),
    indexed("no end", "package.xml", "</Updates></ExportPackage>", ""),
  ]

  @Test("is refused by name, and nothing of it is stored", arguments: attacks)
  func refused(attack: Attack) async throws {
    let (source, site) = (try await SourceSite(), try await ImportingSite(isReplica: false))
    try await source.package("good.cab")
    var package = try ForgedPackage(source.folder.path("good.cab"))
    let path = try source.folder.write(try attack.forge(&package), to: "bad.cab")
    let before = try await site.seen()
    for isPlan in [true, false] {
      await #expect("\(attack.name)") {
        if isPlan { _ = try await site.packages().plan(path) } else { _ = try await site.packages().apply(path) }
      } throws: { error in
        guard case .refused(path, let reason)? = error as? WindowsPackageError else { return false }
        return reason.contains(attack.words)
      }
    }
    #expect(try await site.seen() == before)
    #expect(try await site.leftBehind() == [])
  }

  @Test("another file than the expected one is refused, and so is a folder")
  func anotherFile() async throws {
    let (source, site) = (try await SourceSite(), try await ImportingSite(isReplica: false))
    let written = try await source.package("a.cab")
    let other = try await source.packages().write(
      .everything, to: source.folder.path("b.cab"), created: SourceSite.now.adding(seconds: 2))
    #expect(other.sha256 != written.sha256)
    await #expect(throws: WindowsPackageError.self) {
      try await site.packages().apply(source.folder.path("b.cab"), expecting: written.sha256)
    }
    await #expect(throws: WindowsPackageError.self) { try await site.packages().apply(source.folder.path) }
    #expect(try await site.catalog.importRecords(limit: 1).isEmpty)
  }

  @Test("a replica takes nothing from a package")
  func replica() async throws {
    let (source, site) = (try await SourceSite(), try await ImportingSite(isReplica: true))
    try await source.package("a.cab")
    let before = try await site.seen()
    await #expect(throws: CatalogError.replica(operation: "import wsus")) {
      try await site.packages().apply(source.folder.path("a.cab"))
    }
    #expect(try await site.seen() == before)
  }

  @Test("what is published here stays as it is, whatever a package says of it")
  func publishedStays() async throws {
    let (source, site) = (try await SourceSite(), try await ImportingSite(isReplica: false))
    try await source.package("good.cab")
    _ = try await site.packages().apply(source.folder.path("good.cab"))
    let before = try await Answers(site.catalog)
    var package = try ForgedPackage(source.folder.path("good.cab"))
    try package.setRecords(
      package.records().map { record in
        PackageRecord(identity: record.identity, document: record.document + Array("<!-- x -->".utf8))
      })
    let path = try source.folder.write(try package.cabinet(), to: "other.cab")
    let imported = try await site.packages().apply(path)
    #expect(imported.summary.revisions == 0)
    #expect(try await Answers(site.catalog) == before)
  }

  @Test("a package that states the source of an archive does not undo the order of archives")
  func orderOfArchives() async throws {
    let source = try await SourceSite()
    let site = try await ImportingSite(isReplica: false, trusting: [source.key.certificate])
    for (name, sequence) in [("new", Int64(8)), ("old", 7)] {
      let options = SourceSite.options {
        $0.sequence = sequence
        $0.archiveID = GUID(high: 0xA, low: UInt64(sequence))
      }
      _ = try await source.export().create(options, into: source.folder.path(name), keys: [source.key])
    }
    _ = try await site.importer().apply([source.folder.path("new")])
    try await source.package("a.cab")
    let imported = try await site.packages().apply(source.folder.path("a.cab"))
    #expect(imported.package.statedServerID == SourceSite.serverID)
    await #expect {
      try await site.importer().apply([source.folder.path("old")])
    } throws: { ($0 as? ArchiveRefusal)?.step == .sequence }
  }

  @Test("a package is no source to follow: a replica after it follows the archives", arguments: [false, true])
  func followedSource(hasArchive: Bool) async throws {
    let (source, other) = (try await SourceSite(), try await SourceSite(seed: 2))
    let site = try await ImportingSite(isReplica: false, trusting: [source.key.certificate, other.key.certificate])
    try await source.package("a.cab")
    _ = try await source.export().create(SourceSite.options(), into: source.folder.path("disk"), keys: [source.key])
    let foreign = ArchiveExport(
      catalog: other.catalog, store: other.store, state: other.state, serverID: GUID(high: 7, low: 7), name: "other",
      clock: { SourceSite.now })
    _ = try await foreign.create(ExportOptions(), into: other.folder.path("disk"), keys: [other.key])

    if hasArchive { _ = try await site.importer().apply([source.folder.path("disk")]) }
    _ = try await site.packages().apply(source.folder.path("a.cab"))
    try await site.becomeReplica()
    if hasArchive {
      await #expect {
        try await site.importer().apply([other.folder.path("disk")])
      } throws: { ($0 as? ArchiveRefusal)?.step == .source }
    } else {
      #expect(try await site.importer().apply([other.folder.path("disk")]).applied != nil)
    }
  }

  @Test("addresses that are none are dropped and counted")
  func addresses() async throws {
    let (source, site) = (try await SourceSite(), try await ImportingSite(isReplica: false))
    try await source.package("good.cab")
    var package = try ForgedPackage(source.folder.path("good.cab"))
    package.index = package.index.replacing("MUUrl=\"http://", with: "MUUrl=\"file://")
    let path = try source.folder.write(try package.cabinet(), to: "file.cab")
    let imported = try await site.packages().apply(path)
    #expect(imported.package.filesWithoutLocation == imported.package.files)
    #expect(imported.package.files > 0)
    #expect(try await Answers(site.catalog).data.flatMap(\.locations).allSatisfy { $0.muURL == nil })
  }
}
