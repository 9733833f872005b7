import Catalog
import Foundation
import Glibc
import Platform
import Sealing
import TestSupport
import Testing
import UpdateModel

@testable import Export

@Suite("Verifying archives") struct ArchiveVerifierTests {
  @Test("an archive in several volumes holds, and the report says what was checked")
  func good() async throws {
    let site = try await SourceSite()
    _ = try await site.export().create(
      SourceSite.options { $0.volumeLimit = .bytes(2 << 20) }, into: site.folder.path("disk"), keys: [site.key])
    let report = site.folder.path("report.json")
    let result = try await verifier(site).verify([site.folder.path("disk")], report: report)
    #expect(result.checkedVolumes == Array(1...result.manifest.volumes.count))
    #expect(result.manifest.volumes.count > 1)
    #expect(result.missingVolumes.isEmpty)
    #expect(result.contentsChecked)
    let evidence = String(decoding: try AlteredArchive.read(report), as: UTF8.self)
    #expect(evidence.contains("\"result\":\"accepted\""))
    #expect(evidence.contains(result.manifestSHA256.hex))
    #expect(
      evidence.contains(
        "\"passed\":[\"size\",\"signature\",\"signer\",\"manifest\",\"freshness\",\"folder\",\"volume\",\"contents\"]"))
  }

  @Test("volumes on several disks are found on whichever has them, and one that is nowhere is named")
  func severalDisks() async throws {
    let site = try await SourceSite()
    let options = SourceSite.options { $0.volumeLimit = .bytes(2 << 20) }
    _ = try await site.export().create(options, into: site.folder.path("one"), keys: [site.key])
    try FileManager.default.copyItem(atPath: site.folder.path("one"), toPath: site.folder.path("two"))
    let one = try AlteredArchive(site.folder.path("one"))
    try one.remove("volumes/0002.tar")
    let two = try AlteredArchive(site.folder.path("two"))
    try two.remove("volumes/0001.tar")
    let both = try await verifier(site).verify([one.path, two.path])
    #expect(both.missingVolumes.isEmpty)
    #expect(both.contentsChecked)
    let half = try await verifier(site).verify([one.path])
    #expect(half.missingVolumes == [2])
  }

  @Test("a read error names volume, entry and offset")
  func unreadable() async throws {
    let site = try await SourceSite()
    _ = try await site.export().create(SourceSite.options(), into: site.folder.path("disk"), keys: [site.key])
    var verifier = try verifier(site)
    verifier.medium = MediumReads { path, offset in
      if offset >= 1 << 20 { throw SystemError(call: "pread", path: path, code: EIO) }
    }
    await #expect {
      try await verifier.verify([site.folder.path("disk")])
    } throws: { error in
      guard case .unreadable(let volume, let entry, let offset, let cause)? = error as? ImportError else {
        return false
      }
      return volume == "volumes/0001.tar" && entry.hasPrefix("entry ") && offset > 0 && cause.code == EIO
    }
  }

  @Test("inspecting opens no volume")
  func inspecting() async throws {
    let site = try await SourceSite()
    _ = try await site.export().create(SourceSite.options(), into: site.folder.path("disk"), keys: [site.key])
    let disk = try AlteredArchive(site.folder.path("disk"))
    try disk.remove("volumes/0001.tar")
    let result = try await verifier(site).inspect([disk.path])
    #expect(result.missingVolumes == [1])
    #expect(result.manifest.archiveID == GUID(high: 0xA, low: 0xB))
    #expect(result.signers.count == 1)
  }

  @Test(
    "any changed byte of what is signed is refused; one of the signature's envelope may change nothing",
    arguments: 1...4)
  func anyByte(seed: UInt64) async throws {
    let site = try await SourceSite(revisions: 45, contentSize: 100_000)
    _ = try await site.export().create(SourceSite.options(), into: site.folder.path("disk"), keys: [site.key])
    let disk = try AlteredArchive(site.folder.path("disk"))
    let verifier = try verifier(site)
    let genuine = try await verifier.verify([disk.path])
    var random = SeededGenerator(seed: seed)
    let names = ["manifest.json", "manifest.sig", "SHA256SUMS", "README.txt"]
    for round in 0..<24 {
      let name = names.indices.contains(round) ? names[round] : "volumes/0001.tar"
      let good = try disk.bytes(name)
      let position = Int.random(in: 0..<good.count, using: &random)
      try disk.change(name) { $0[position] ^= UInt8.random(in: 1...255, using: &random) }
      do {
        let found = try await verifier.verify([disk.path])
        // CMS leaves its envelope unsigned, as the list of digest algorithms.
        let isHarmless =
          name == "manifest.sig" && found.signers == genuine.signers && found.manifest == genuine.manifest
        #expect(isHarmless, "\(name), offset \(position): expected a refusal")
      } catch let error as ArchiveRefusal {
        let steps: [ArchiveRefusal.Step] = names.contains(name) ? [.signature, .signer, .folder] : [.volume]
        #expect(steps.contains(error.step), "\(name), offset \(position): \(error)")
      }
      try disk.write(good, to: name)
    }
    #expect(try await verifier.verify([disk.path]).contentsChecked)
  }

  private func verifier(_ site: SourceSite) throws -> ArchiveVerifier {
    var trust = TrustStore()
    try trust.trust(site.key.certificate, as: "source", for: [.archives], at: SourceSite.now, by: "tests")
    return ArchiveVerifier(trust: trust, clock: { SourceSite.now })
  }
}
