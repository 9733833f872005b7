import Catalog
import ContentStore
import Foundation
import Generator
import Platform
import Sealing
import TestSupport
import Testing
import UpdateModel

@testable import Export

@Suite("Writing archives") struct ArchiveExportTests {
  @Test("an archive is what openssl, sha256sum and tar say it is")
  func stockTools() async throws {
    let site = try await SourceSite()
    let result = try await site.export().create(
      SourceSite.options { $0.volumeLimit = .bytes(2 << 20) }, into: site.folder.path("disk"), keys: [site.key])
    let disk = site.folder.path("disk")
    try site.folder.write(Array(site.key.certificate.pem.utf8), to: "signer.crt")
    let checked = try ChildProcess.run(
      "openssl",
      [
        "cms", "-verify", "-binary", "-inform", "DER", "-in", "\(disk)/manifest.sig", "-content",
        "\(disk)/manifest.json",
        "-CAfile", site.folder.path("signer.crt"), "-purpose", "any", "-attime", "1777900000",
      ])
    #expect(checked.ending == .exited(0))
    #expect(Array(checked.output) == result.manifest.bytes())
    let sums = try ChildProcess.run("sh", ["-c", "cd \(disk) && sha256sum --strict -c SHA256SUMS"])
    #expect(sums.ending == .exited(0))
    #expect(result.manifest.volumes.count > 1)
    for (index, volume) in result.manifest.volumes.enumerated() {
      let listed = try ChildProcess.run("tar", ["-tf", "\(disk)/volumes/000\(index + 1).tar"])
      let names = String(decoding: listed.output, as: UTF8.self).split(separator: "\n").map(String.init)
      #expect(listed.ending == .exited(0))
      #expect(names == result.manifest.entries[volume.entries].map(\.text))
    }
  }

  @Test("the same catalogue and options give the same bytes")
  func deterministic() async throws {
    let site = try await SourceSite()
    let options = SourceSite.options { $0.volumeLimit = .bytes(2 << 20) }
    _ = try await site.export().create(options, into: site.folder.path("one"), keys: [site.key])
    try PlanFolder(state: site.state, archiveID: try #require(options.archiveID)).remove()
    _ = try await site.export().create(options, into: site.folder.path("two"), keys: [site.key])
    #expect(try site.files("one") == site.files("two"))
  }

  @Test("an export that is stopped at any entry goes on to the same bytes", arguments: [1, 2, 5, 9, 20, 40])
  func resumes(stop: Int) async throws {
    let site = try await SourceSite()
    let options = SourceSite.options { $0.volumeLimit = .bytes(2 << 20) }
    _ = try await site.export().create(options, into: site.folder.path("whole"), keys: [site.key])
    try PlanFolder(state: site.state, archiveID: try #require(options.archiveID)).remove()
    await #expect(throws: CancellationError.self) {
      try await site.interruptedExport(options, into: "stopped") { $0.done == stop }
    }
    let result = try await site.export().create(options, into: site.folder.path("stopped"), keys: [site.key])
    #expect(try site.files("stopped") == site.files("whole"))
    #expect(!result.wasFinished)
    let again = try await site.export().create(options, into: site.folder.path("stopped"), keys: [site.key])
    #expect(again.wasFinished)
  }

  @Test(
    "a begun volume whose last bytes were lost or damaged is written again from there", arguments: [0, 700, 70_000])
  func damagedPartial(kept: Int) async throws {
    let site = try await SourceSite()
    let options = SourceSite.options()
    _ = try await site.export().create(options, into: site.folder.path("disk"), keys: [site.key])
    let whole = try site.files("disk")
    let volume = try #require(whole["volumes/0001.tar"])
    // As a power loss would leave it: begun, and something else in its last bytes.
    let plan = PlanFolder(state: site.state, archiveID: try #require(options.archiveID))
    try plan.remove()
    try FileManager.default.removeItem(atPath: site.folder.path("disk"))
    await #expect(throws: CancellationError.self) {
      try await site.interruptedExport(options, into: "disk")
    }
    try site.folder.write(
      Array(volume.prefix(kept)) + [UInt8](repeating: 7, count: 3_000), to: "disk/volumes/0001.tar.partial")
    _ = try await site.export().create(options, into: site.folder.path("disk"), keys: [site.key])
    #expect(try site.files("disk") == whole)
  }

  @Test("a rotten file stops the export by name, and repaired it goes on")
  func rotten() async throws {
    let site = try await SourceSite()
    let digest = try #require(try await site.store.allDigests().first)
    let path = try #require(try await site.store.stored(digest)?.path)
    let good = try DurableFile.read(path, limit: 64 << 20)
    try FileManager.default.removeItem(atPath: path)
    try Data(good.map { $0 ^ 1 }).write(to: URL(fileURLWithPath: path))
    await #expect {
      try await site.export().create(SourceSite.options(), into: site.folder.path("disk"), keys: [site.key])
    } throws: { error in
      guard case .rottenContent(let named, _, _, _)? = error as? ExportError else { return false }
      return named == digest
    }
    #expect(try site.files("disk")[ArchiveManifest.name] == nil)
    try Data(good).write(to: URL(fileURLWithPath: path))
    let result = try await site.export().create(SourceSite.options(), into: site.folder.path("disk"), keys: [site.key])
    #expect(result.manifest.counts.contentFiles > 0)
  }

  @Test("a folder with something else in it is not touched")
  func foreignFolder() async throws {
    let site = try await SourceSite()
    _ = try Folder.make(path: site.folder.path("disk"))
    try site.folder.write([1], to: "disk/holiday.jpg")
    await #expect(throws: ExportError.self) {
      try await site.export().create(SourceSite.options(), into: site.folder.path("disk"), keys: [site.key])
    }
    #expect(try site.files("disk")["holiday.jpg"] == [1])
  }

  @Test("an archive since another carries what is new, and the lists of everything")
  func differential() async throws {
    let site = try await SourceSite()
    let first = try await site.export().create(ExportOptions(), into: site.folder.path("one"), keys: [site.key])
    let growth = site.generator.growth(revisions: 20)
    try await growth.populate(site.catalog, store: site.store)
    var options = ExportOptions()
    options.base = .archive(first.manifest.archiveID)
    let preview = try await site.export().plan(options)
    let second = try await site.export().create(options, into: site.folder.path("two"), keys: [site.key])
    #expect(second.manifest.sequence == first.manifest.sequence + 1)
    #expect(second.manifest.base == ArchiveBase(kind: .archive, id: first.manifest.archiveID, sequence: 1))
    #expect(second.manifest.counts.revisions == 20)
    #expect(second.manifest.counts.totalRevisions == first.manifest.counts.totalRevisions + 20)
    #expect(preview.counts == second.manifest.counts)
  }

  @Test("other options in the folder of a begun archive are refused, and --restart begins anew")
  func otherOptions() async throws {
    let site = try await SourceSite()
    await #expect(throws: CancellationError.self) {
      try await site.interruptedExport(ExportOptions(), into: "disk")
    }
    var options = ExportOptions()
    options.selection.approvedOnly = true
    await #expect(throws: ExportError.self) {
      try await site.export().create(options, into: site.folder.path("disk"), keys: [site.key])
    }
    let result = try await site.export().create(
      options, into: site.folder.path("disk"), keys: [site.key], restarts: true)
    #expect(result.manifest.selection.approvedOnly)
  }
}
