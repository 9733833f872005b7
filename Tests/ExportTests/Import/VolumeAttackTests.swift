import Catalog
import ContentStore
import Foundation
import Glibc
import Platform
import Sealing
import TestSupport
import Testing
import UpdateModel

@testable import Export

/// docs/archive-format.md, section 12: each attack on a real archive meets its step, and the site is as before.
@Suite("Attacks on folders and volumes") struct VolumeAttackTests: AttackSuite {
  // MARK: The folder

  @Test("an extra file is refused at folder", arguments: ["autorun.inf", "volumes/0002.tar", "volumes/x", ".hidden"])
  func extraFile(name: String) async throws {
    try await refused(.folder) { try $0.write([1], to: name) }
  }

  @Test("a changed README or SHA256SUMS is refused at folder", arguments: ["README.txt", "SHA256SUMS"])
  func changedText(name: String) async throws {
    try await refused(.folder) { archive in try archive.change(name) { $0[0] ^= 1 } }
  }

  @Test("disks of two archives together are refused at folder")
  func mixedManifests() async throws {
    let source = try await smallSource()
    let site = try await ImportingSite(trusting: [source.key.certificate])
    _ = try await source.export().create(
      SourceSite.options { ($0.sequence, $0.archiveID) = (8, GUID(high: 8, low: 8)) },
      into: source.folder.path("other"),
      keys: [source.key])
    try await refused(.folder, source, site, also: ["other"]) { _ in }
  }

  @Test("links in the folder are refused", arguments: ["manifest.json", "volumes/0001.tar", "volumes", "README.txt"])
  func links(name: String) async throws {
    try await refused(name == "manifest.json" ? .size : .folder) { archive in
      let path = "\(archive.path)/\(name)"
      let moved = archive.path + "-moved"
      try FileManager.default.moveItem(atPath: path, toPath: moved)
      try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: moved)
    }
  }

  @Test("links in the state directory are not followed", arguments: ["imports", "staging/import"])
  func linksInState(name: String) async throws {
    let source = try await smallSource()
    _ = try await source.export().create(SourceSite.options(), into: source.folder.path("disk"), keys: [source.key])
    let site = try await ImportingSite(trusting: [source.key.certificate])
    let outside = try Folder.make(path: site.folder.path("outside"))
    try FileManager.default.createSymbolicLink(
      atPath: "\(site.state)/\(name)", withDestinationPath: site.folder.path("outside"))
    let before = try await site.seen()
    await #expect(throws: (any Error).self) { try await site.importer().apply([source.folder.path("disk")]) }
    #expect(try await site.seen() == before)
    #expect(try outside.names().isEmpty)
  }

  @Test("a pipe in place of a volume is refused at folder")
  func pipe() async throws {
    try await refused(.folder) { archive in
      try archive.remove("volumes/0001.tar")
      #expect(mkfifo("\(archive.path)/volumes/0001.tar", 0o600) == 0)
    }
  }

  // MARK: Volumes

  @Test("a volume of another archive is refused at volume")
  func mixedVolumes() async throws {
    let source = try await smallSource()
    let site = try await ImportingSite(trusting: [source.key.certificate])
    _ = try await source.export().create(
      SourceSite.options { options in
        (options.sequence, options.archiveID) = (8, GUID(high: 8, low: 8))
        options.created = SourceSite.now.adding(seconds: 1)
      }, into: source.folder.path("other"), keys: [source.key])
    let other = try AlteredArchive(source.folder.path("other")).bytes("volumes/0001.tar")
    try await refused(.volume, source, site) { try $0.write(other, to: "volumes/0001.tar") }
  }

  @Test("an extra entry is refused at volume", arguments: [0, 3])
  func extraEntry(position: Int) async throws {
    try await refused(.volume) { archive in
      let offset = archive.offset(ofEntry: position)
      try archive.change("volumes/0001.tar") { bytes in
        bytes.insert(contentsOf: AlteredArchive.header("content/AA/extra", type: "0"), at: offset)
      }
    }
  }

  @Test(
    "an entry of another name is refused at volume", arguments: ["../../../etc/passwd", "/etc/passwd", "content/./x"])
  func otherName(name: String) async throws {
    let refusal = try await refused(.volume) { archive in
      try archive.changeHeader(ofEntry: 4) { header in
        header.replaceSubrange(0..<100, with: Array(name.utf8) + [UInt8](repeating: 0, count: 100 - name.utf8.count))
      }
    }
    #expect(refusal?.found.contains(name) == true)
    #expect(refusal?.what.contains("entry 5") == true)
  }

  @Test(
    "links, devices and pipes in a volume are refused at volume", arguments: ["1", "2", "3", "4", "5", "6", "x", "S"])
  func otherKind(type: String) async throws {
    try await refused(.volume) { archive in
      try archive.changeHeader(ofEntry: 3) { header in
        header[156] = Array(type.utf8)[0]
        header.replaceSubrange(157..<168, with: Array("/etc/passwd".utf8))
      }
    }
  }

  @Test("an entry that says it is endless is refused at volume")
  func endlessEntry() async throws {
    try await refused(.volume) { archive in
      try archive.changeHeader(ofEntry: 3) { $0.replaceSubrange(124..<135, with: Array("77777777777".utf8)) }
    }
  }

  @Test("a volume of a tebibyte is refused at volume at once")
  func endlessVolume() async throws {
    try await refused(.volume) { archive in #expect(truncate("\(archive.path)/volumes/0001.tar", 1 << 40) == 0) }
  }

  @Test("data after the end is refused at volume", arguments: [1, 512, 10_240])
  func dataAfterEnd(count: Int) async throws {
    try await refused(.volume) { archive in
      try archive.change("volumes/0001.tar") { $0 += [UInt8](repeating: 0, count: count) }
    }
  }

  @Test("data in the end blocks or in padding is refused at volume", arguments: [true, false])
  func hiddenData(isInPadding: Bool) async throws {
    try await refused(.volume) { archive in
      let entries = archive.manifest.entries
      let padded = try #require(entries.indices.first { UstarHeader.padding(after: entries[$0].size) > 0 })
      let padding = archive.offset(ofEntry: padded) + 512 + Int(entries[padded].size)
      try archive.change("volumes/0001.tar") { $0[isInPadding ? padding : $0.count - 1] = 1 }
    }
  }

  @Test(
    "a truncated volume is refused at volume, and a whole copy continues the import", arguments: [0, 700, -1_500, -1])
  func truncated(length: Int) async throws {
    let source = try await smallSource()
    let site = try await ImportingSite(trusting: [source.key.certificate])
    var whole: [UInt8] = []
    let refusal = try await refused(.volume, source, site) { archive in
      whole = try archive.bytes("volumes/0001.tar")
      try archive.write(Array(whole.prefix(length < 0 ? whole.count + length : length)), to: "volumes/0001.tar")
    }
    #expect(refusal?.hint?.contains("truncated") == true)
    try AlteredArchive(source.folder.path("disk")).write(whole, to: "volumes/0001.tar")
    #expect(try await site.importer().apply([source.folder.path("disk")]).applied != nil)
    #expect(try await Answers(site.catalog) == Answers(source.catalog))
  }

  @Test("an entry that stands there twice is refused at volume")
  func duplicateEntry() async throws {
    try await refused(.volume) { archive in
      let (start, end) = (archive.offset(ofEntry: 3), archive.offset(ofEntry: 4))
      try archive.change("volumes/0001.tar") { $0.insert(contentsOf: Array($0[start..<end]), at: end) }
    }
  }

  @Test("changed contents are refused at volume", arguments: [0, 1, 3, -1])
  func changedContents(entry: Int) async throws {
    try await refused(.volume) { archive in
      let index = entry < 0 ? archive.manifest.entries.count + entry : entry
      let offset = archive.offset(ofEntry: index) + 512
      try archive.change("volumes/0001.tar") { $0[offset] ^= 1 }
    }
  }

  // MARK: A signer's own mistakes

  @Test("a decompression bomb is refused at volume before it is unpacked")
  func bomb() async throws {
    let source = try await smallSource()
    let site = try await ImportingSite(trusting: [source.key.certificate])
    try await refused(.volume, source, site) { archive in
      var manifest = archive.manifest
      manifest.packed[0].length = 16
      try sign(manifest.bytes(), archive, source.key)
    }
  }

  @Test("a signed file under another file's digest is refused at volume")
  func otherDigest() async throws {
    let source = try await smallSource()
    let site = try await ImportingSite(trusting: [source.key.certificate])
    try await refused(.volume, source, site, verifying: .contents) { archive in
      var manifest = archive.manifest
      let last = manifest.entries.count - 1
      let offset = archive.offset(ofEntry: last) + 512
      try archive.change("volumes/0001.tar") { bytes in
        bytes[offset] ^= 1
        let content = Array(bytes[offset..<offset + Int(manifest.entries[last].size)])
        manifest.entries[last].sha256 = try InlineSHA256(digesting: content)
        manifest.volumes[0].sha256 = try InlineSHA256(digesting: bytes)
      }
      let sums = manifest.sumsText()
      manifest.sums = ListedFile(size: Int64(sums.count), sha256: try InlineSHA256(digesting: sums))
      try archive.write(sums, to: "SHA256SUMS")
      try sign(manifest.bytes(), archive, source.key)
    }
  }
}
