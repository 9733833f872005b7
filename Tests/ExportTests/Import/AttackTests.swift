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
@Suite("Attacks on signatures, manifests and rules") struct AttackTests: AttackSuite {
  @Test("a tampered manifest is refused at signature", arguments: [0, 40, -2])
  func tamperedManifest(position: Int) async throws {
    try await refused(.signature) { archive in
      try archive.change("manifest.json") { $0[position < 0 ? $0.count + position : position] ^= 1 }
    }
  }

  @Test("a tampered signature is refused at signature", arguments: [4, 300, -1])
  func tamperedSignature(position: Int) async throws {
    try await refused(.signature) { archive in
      try archive.change("manifest.sig") { $0[position < 0 ? $0.count + position : position] ^= 1 }
    }
  }

  @Test("an archive without its signature is refused at size")
  func unsigned() async throws {
    try await refused(.size) { try $0.remove("manifest.sig") }
  }

  @Test("a signature of a key that nobody trusts is refused at signer")
  func wrongKey() async throws {
    let source = try await smallSource()
    let site = try await ImportingSite(trusting: [try newKey("Somebody else").certificate])
    try await refused(.signer, source, site) { _ in }
  }

  @Test("a key that is trusted for receipts alone is refused at signer")
  func wrongPurpose() async throws {
    let source = try await smallSource()
    let site = try await ImportingSite()
    try site.change {
      try $0.trust(source.key.certificate, as: "source", for: [.receipts], at: SourceSite.now, by: "tests")
    }
    try await refused(.signer, source, site) { _ in }
  }

  @Test("a revoked key is refused at signer")
  func revokedKey() async throws {
    let source = try await smallSource()
    let site = try await ImportingSite(trusting: [source.key.certificate])
    try site.change { try $0.revoke(source.key.certificate.fingerprint, at: SourceSite.now, by: "tests") }
    try await refused(.signer, source, site) { _ in }
  }

  @Test("an expired certificate is refused at signer")
  func expiredCertificate() async throws {
    let source = try await smallSource()
    let site = try await ImportingSite(trusting: [source.key.certificate])
    site.clock.set(SourceSite.now.adding(seconds: 2e9))
    try await refused(.signer, source, site) { _ in }
  }

  @Test("fewer signers than the threshold are refused at signer")
  func tooFewSigners() async throws {
    var options = ImportOptions()
    options.policy.threshold = 2
    try await refused(.signer, importing: options) { _ in }
  }

  @Test("a second trusted signer satisfies the threshold")
  func coSigned() async throws {
    let source = try await smallSource()
    let second = try newKey("Second")
    _ = try await source.export().create(SourceSite.options(), into: source.folder.path("disk"), keys: [source.key])
    try await source.export().coSign(source.folder.path("disk"), key: second)
    let site = try await ImportingSite(trusting: [source.key.certificate, second.certificate])
    var options = ImportOptions()
    options.policy.threshold = 2
    #expect(try await site.importer().apply([source.folder.path("disk")], options).applied?.signers.count == 2)
  }

  // MARK: The manifest

  @Test("a signed manifest in another spelling is refused at manifest", arguments: ["blank", "trailing", "doubled"])
  func otherSpelling(kind: String) async throws {
    let source = try await smallSource()
    let site = try await ImportingSite(trusting: [source.key.certificate])
    try await refused(.manifest, source, site) { archive in
      var text = String(decoding: try archive.bytes("manifest.json"), as: UTF8.self)
      switch kind {
      case "blank": text = text.replacingOccurrences(of: "{\"archiveId\":", with: "{ \"archiveId\":")
      case "trailing": text += "\n"
      default:
        text = text.replacingOccurrences(
          of: "\"version\":1,", with: "\"version\":1,\"version\":1,")
      }
      try sign(Array(text.utf8), archive, source.key)
    }
  }

  @Test("a signed manifest that names an entry twice is refused at manifest")
  func doubledEntryInManifest() async throws {
    let source = try await smallSource()
    let site = try await ImportingSite(trusting: [source.key.certificate])
    try await refused(.manifest, source, site) { archive in
      var manifest = archive.manifest
      let last = manifest.entries.count - 1
      manifest.entries[last] = manifest.entries[last - 1]
      try sign(manifest.bytes(), archive, source.key)
    }
  }

  // MARK: The rules

  @Test("an archive for another site is refused at target")
  func otherTarget() async throws {
    try await refused(.target, exporting: { $0.target = GUID(high: 1, low: 2) }) { _ in }
  }

  @Test("an expired archive is refused at freshness")
  func expiredArchive() async throws {
    let source = try await smallSource()
    let site = try await ImportingSite(trusting: [source.key.certificate])
    site.clock.advance(seconds: 7_200)
    let expires = SourceSite.now.adding(seconds: 3_600)
    try await refused(.freshness, source, site, exporting: { $0.expires = expires }) { _ in }
  }

  @Test("freeze: an old archive that is still signed is refused at freshness")
  func freeze() async throws {
    let source = try await smallSource()
    let site = try await ImportingSite(trusting: [source.key.certificate])
    site.clock.advance(seconds: 40 * 86_400)
    var options = ImportOptions()
    options.policy.maximumAge = 30 * 86_400
    try await refused(.freshness, source, site, importing: options) { _ in }
  }

  @Test("an archive of the day after tomorrow is refused at freshness")
  func future() async throws {
    try await refused(.freshness, exporting: { $0.created = SourceSite.now.adding(seconds: 2 * 86_400) }) { _ in }
  }

  @Test("rollback: an older archive is refused at sequence")
  func rollback() async throws {
    let source = try await smallSource()
    let site = try await ImportingSite(trusting: [source.key.certificate])
    _ = try await source.export().create(
      SourceSite.options { ($0.sequence, $0.archiveID) = (8, GUID(high: 8, low: 8)) },
      into: source.folder.path("newer"),
      keys: [source.key])
    _ = try await site.importer().apply([source.folder.path("newer")])
    try await refused(.sequence, source, site) { _ in }
  }

  @Test("fork: two archives of one number are refused at sequence, also after a rollback", arguments: [false, true])
  func fork(isRolledBack: Bool) async throws {
    let source = try await smallSource()
    let site = try await ImportingSite(trusting: [source.key.certificate])
    // Another machine with the source's key and number.
    let options = SourceSite.options()
    _ = try await source.export().create(options, into: source.folder.path("twin"), keys: [source.key])
    try PlanFolder(state: source.state, archiveID: try #require(options.archiveID)).remove()
    let twin = try AlteredArchive(source.folder.path("twin"))
    var manifest = twin.manifest
    manifest.archiveID = GUID(high: 8, low: 8)
    try sign(manifest.bytes(), twin, source.key)
    _ = try await site.importer().apply([twin.path])
    if isRolledBack { try await site.importer().rollback() }
    try await refused(.sequence, source, site) { _ in }
  }

  @Test(
    "fork: another manifest under the id of an archive that was rolled back is refused at sequence", arguments: [7, 8])
  func forkOfID(sequence: Int64) async throws {
    let source = try await smallSource()
    let site = try await ImportingSite(trusting: [source.key.certificate])
    _ = try await source.export().create(
      SourceSite.options(), into: source.folder.path("first"), keys: [source.key])
    _ = try await site.importer().apply([source.folder.path("first")])
    try await site.importer().rollback()
    try PlanFolder(state: source.state, archiveID: try #require(SourceSite.options().archiveID)).remove()
    try await refused(.sequence, source, site) { archive in
      var manifest = archive.manifest
      manifest.sequence = sequence
      manifest.source.name = "other.test"
      try sign(manifest.bytes(), archive, source.key)
    }
  }

  @Test("a differential archive without its base is refused at base")
  func missingBase() async throws {
    let source = try await smallSource()
    let site = try await ImportingSite(trusting: [source.key.certificate])
    let first = try await source.export().create(
      ExportOptions(), into: source.folder.path("base"), keys: [source.key])
    try await refused(.base, source, site, exporting: { $0.base = .archive(first.manifest.archiveID) }) { _ in }
  }

  @Test("a differential archive whose base was lost again is refused at complete, and what lacks is named")
  func incompleteBase() async throws {
    let source = try await smallSource()
    let site = try await ImportingSite(trusting: [source.key.certificate])
    let first = try await source.export().create(
      ExportOptions(), into: source.folder.path("base"), keys: [source.key])
    _ = try await site.importer().apply([source.folder.path("base")])
    let gone = try #require(try await site.store.allDigests().first)
    let path = try #require(try await site.store.stored(gone)?.path)
    try FileManager.default.removeItem(atPath: path)
    let refusal = try await refused(
      .complete, source, site, exporting: { $0.base = .archive(first.manifest.archiveID) }
    ) { _ in }
    #expect(refusal?.found.contains(gone.hex) == true)
  }

  @Test("another source than the one that a replica follows is refused at source, unless it is asked for")
  func otherSource() async throws {
    let source = try await smallSource()
    let other = try await SourceSite(revisions: 45, contentSize: 200_000, seed: 2)
    let site = try await ImportingSite(trusting: [source.key.certificate, other.key.certificate])
    let exporter = ArchiveExport(
      catalog: other.catalog, store: other.store, state: other.state, serverID: GUID(high: 7, low: 7), name: "other",
      clock: { SourceSite.now })
    _ = try await exporter.create(ExportOptions(), into: other.folder.path("disk"), keys: [other.key])
    _ = try await site.importer().apply([other.folder.path("disk")])
    try await refused(.source, source, site) { _ in }
    var options = ImportOptions()
    options.policy.changesSource = true
    #expect(try await site.importer().apply([source.folder.path("disk")], options).applied != nil)
  }
}
