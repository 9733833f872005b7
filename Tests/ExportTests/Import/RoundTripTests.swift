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

@Suite("Sites by archive") struct RoundTripTests {
  @Test("a replica answers as its source, and has its content")
  func full() async throws {
    let source = try await SourceSite()
    _ = try await source.export().create(
      SourceSite.options { $0.volumeLimit = .bytes(2 << 20) }, into: source.folder.path("disk"), keys: [source.key])
    let site = try await ImportingSite(trusting: [source.key.certificate])
    let preview = try await site.importer().plan([source.folder.path("disk")])
    let result = try await site.importer().apply([source.folder.path("disk")])
    let applied = try #require(result.applied)
    try await expectEqual(site, source)
    #expect(applied.summary.revisions == applied.manifest.counts.revisions)
    #expect(preview.newRevisions == applied.manifest.counts.revisions)
    #expect(preview.newFiles == applied.files)
    #expect(preview.newBytes == applied.bytes)
    #expect(preview.administration?.deployments == (try await Answers(source.catalog).deployments.count))
    #expect(try await site.importer().waiting().isEmpty)
    #expect(try await site.store.stagedImports().isEmpty)
  }

  @Test("an archive that was applied before is finished at once")
  func again() async throws {
    let source = try await SourceSite()
    _ = try await source.export().create(SourceSite.options(), into: source.folder.path("disk"), keys: [source.key])
    let site = try await ImportingSite(trusting: [source.key.certificate])
    _ = try await site.importer().apply([source.folder.path("disk")])
    let before = try await site.seen()
    try AlteredArchive(source.folder.path("disk")).remove("volumes/0001.tar")
    guard case .alreadyApplied(let record) = try await site.importer().apply([source.folder.path("disk")]) else {
      Issue.record("expected an archive that was applied")
      return
    }
    #expect(record.archive.archiveID == GUID(high: 0xA, low: 0xB))
    #expect(try await site.seen() == before)
    #expect(try await site.importer().plan([source.folder.path("disk")]).isRepeat)
  }

  @Test("three differential archives with changes, declines and removed approvals keep the replica equal")
  func differential() async throws {
    let source = try await SourceSite()
    let site = try await ImportingSite(trusting: [source.key.certificate])
    var last = try await carry(source, to: site, "full", ExportOptions())
    for month in 1...3 {
      try await grow(source, month: month)
      var options = ExportOptions()
      options.base = .archive(last.archiveID)
      last = try await carry(source, to: site, "month\(month)", options)
      #expect(last.counts.revisions < last.counts.totalRevisions)
      try await expectEqual(site, source)
    }
    #expect(try await site.importer().history(limit: 10).count == 4)
  }

  @Test("a lost archive is named, and a receipt recovers it")
  func lostArchive() async throws {
    let source = try await SourceSite()
    let site = try await ImportingSite(trusting: [source.key.certificate])
    var options = ExportOptions()
    options.base = .archive(try await carry(source, to: site, "full", options).archiveID)
    try await grow(source, month: 1)
    let lost = try await source.export().create(options, into: source.folder.path("lost"), keys: [source.key])
    try await grow(source, month: 2)
    options.base = .archive(lost.manifest.archiveID)
    _ = try await source.export().create(options, into: source.folder.path("next"), keys: [source.key])
    await #expect {
      try await site.importer().apply([source.folder.path("next")])
    } throws: { ($0 as? ArchiveRefusal)?.step == .base }
    let key = try SigningKey.create(
      commonName: "Site", validFrom: SourceSite.now, validUntil: SourceSite.now.adding(seconds: 1e9))
    let maker = ReceiptMaker(
      catalog: site.catalog, serverID: ImportingSite.serverID, name: "site.test", clock: site.clock.clock)
    let file = try await maker.make(ContentPolicy(isLazy: false), keys: [key]).file
    var trust = TrustStore()
    try trust.trust(key.certificate, as: "site", for: [.receipts], at: SourceSite.now, by: "tests")
    let receipt = try CheckedReceipt.open(file, trust: trust, threshold: 1, target: nil, now: SourceSite.now)
    options.base = .receipt(receipt)
    _ = try await carry(source, to: site, "recovered", options)
    try await expectEqual(site, source)
  }

  @Test("volumes may come in any order and in several runs", arguments: [[1, 2], [2, 1]])
  func anyOrder(order: [Int]) async throws {
    let source = try await SourceSite()
    let options = SourceSite.options { $0.volumeLimit = .bytes(2 << 20) }
    _ = try await source.export().create(options, into: source.folder.path("disk"), keys: [source.key])
    let disk = try AlteredArchive(source.folder.path("disk"))
    try #require(disk.manifest.volumes.count == 2)
    try FileManager.default.copyItem(atPath: disk.path, toPath: source.folder.path("volume2"))
    try disk.remove("volumes/0002.tar")
    try AlteredArchive(source.folder.path("volume2")).remove("volumes/0001.tar")
    let folders = [disk.path, source.folder.path("volume2")]
    let site = try await ImportingSite(trusting: [source.key.certificate])
    let before = try await site.seen()
    let first = try await site.importer().apply([folders[order[0] - 1]])
    #expect(first.waiting == [order[1]])
    #expect(try await site.seen() == before)
    #expect(try await site.importer().waiting().map(\.archiveID) == [disk.manifest.archiveID])
    let preview = try await site.importer().plan([folders[order[1] - 1]])
    #expect(preview.missingVolumes.isEmpty)
    let second = try await site.importer().apply([folders[order[1] - 1]])
    #expect(second.applied != nil)
    try await expectEqual(site, source)
  }

  @Test("files in parts come together from volumes in any order, one at a time", arguments: [false, true])
  func splitFiles(isReversed: Bool) async throws {
    let source = try await SourceSite(contentSize: 24_000_000)
    let options = SourceSite.options { $0.volumeLimit = .bytes(3 << 20) }
    let written = try await source.export().create(options, into: source.folder.path("disk"), keys: [source.key])
    try #require(!written.manifest.split.isEmpty)
    let disk = try AlteredArchive(source.folder.path("disk"))
    let names = try Folder(path: disk.path + "/volumes").names().sorted()
    try FileManager.default.moveItem(atPath: disk.path + "/volumes", toPath: source.folder.path("aside"))
    let site = try await ImportingSite(trusting: [source.key.certificate])
    var result = try await site.importer().apply([disk.path])
    #expect(result.waiting == Array(1...names.count))
    for name in isReversed ? names.reversed() : names {
      let volume = "\(disk.path)/volumes"
      try FileManager.default.createDirectory(atPath: volume, withIntermediateDirectories: true)
      try FileManager.default.moveItem(atPath: source.folder.path("aside/\(name)"), toPath: "\(volume)/\(name)")
      result = try await site.importer().apply([disk.path])
      try FileManager.default.removeItem(atPath: volume)
    }
    #expect(result.applied != nil)
    try await expectEqual(site, source)
  }

  @Test("a rollback shows the generation before, and the archive can be imported again")
  func rollback() async throws {
    let source = try await SourceSite()
    let site = try await ImportingSite(trusting: [source.key.certificate])
    var options = ExportOptions()
    options.base = .archive(try await carry(source, to: site, "full", options).archiveID)
    let before = try await Answers(site.catalog)
    try await grow(source, month: 1)
    let next = try await carry(source, to: site, "next", options)
    try await site.importer().rollback(next.archiveID)
    #expect(try await Answers(site.catalog) == before)
    let again = try await site.importer().apply([source.folder.path("next")])
    #expect(again.applied != nil)
    try await expectEqual(site, source)
  }

  @Test("an autonomous site takes metadata and content and keeps its own administration")
  func autonomous() async throws {
    let source = try await SourceSite()
    _ = try await source.export().create(SourceSite.options(), into: source.folder.path("disk"), keys: [source.key])
    let site = try await ImportingSite(isReplica: false, trusting: [source.key.certificate])
    let before = try await Answers(site.catalog)
    let result = try await site.importer().apply([source.folder.path("disk")])
    #expect(result.applied?.approvals == ApprovalMapping())
    let (after, sources) = (try await Answers(site.catalog), try await Answers(source.catalog))
    #expect(after.data == sources.data)
    #expect(after.updates == sources.updates)
    #expect((after.groups, after.deployments, after.hidden) == (before.groups, before.deployments, before.hidden))
  }

  @Test("with approvals, deployments for groups of the same name become local ones, and the plan shows them first")
  func withApprovals() async throws {
    let source = try await SourceSite()
    _ = try await source.export().create(SourceSite.options(), into: source.folder.path("disk"), keys: [source.key])
    let site = try await ImportingSite(isReplica: false, trusting: [source.key.certificate])
    let servers = try await site.catalog.createGroup(name: "SERVERS", parent: TargetGroup.allComputers.targetGroupID)
    var options = ImportOptions()
    options.withApprovals = true
    let preview = try await site.importer().plan([source.folder.path("disk")], options)
    let applied = try #require(try await site.importer().apply([source.folder.path("disk")], options).applied)
    let sources = try await Answers(source.catalog)
    let names = Dictionary(uniqueKeysWithValues: sources.groups.map { ($0.targetGroupID, $0.name.lowercased()) })
    let expected = Set(
      sources.deployments.filter { ["servers", "all computers"].contains(names[$0.targetGroupID]) }.map {
        "\($0.identity) \(names[$0.targetGroupID] ?? "")"
      })
    try #require(!expected.isEmpty)
    let after = try await Answers(site.catalog)
    let found = Set(
      after.deployments.map {
        "\($0.identity) \($0.targetGroupID == servers.targetGroupID ? "servers" : "all computers")"
      })
    #expect(found == expected)
    let mapped = try #require(preview.administration?.approvals)
    #expect(mapped.approvals.map(\.deployment.identity) == applied.approvals.approvals.map(\.deployment.identity))
    #expect(
      mapped.unmatchedGroups["Pilot"] == sources.deployments.filter { names[$0.targetGroupID] == "pilot" }.count.nonZero
    )
  }

  @Test("a signer that an archive introduces is trusted afterwards, and one that it revokes is not")
  func rotation() async throws {
    let source = try await SourceSite()
    let next = try SigningKey.create(
      commonName: "Next", validFrom: SourceSite.now, validUntil: SourceSite.now.adding(seconds: 1e9))
    let site = try await ImportingSite(trusting: [source.key.certificate])
    var options = ExportOptions()
    options.introduces = [next.certificate]
    options.revokes = [source.key.certificate.fingerprint]
    _ = try await source.export().create(options, into: source.folder.path("one"), keys: [source.key])
    let applied = try #require(try await site.importer().apply([source.folder.path("one")]).applied)
    #expect(applied.trust.introduced.count == 1)
    #expect(applied.trust.revoked == [source.key.certificate.fingerprint])
    _ = try await source.export().create(ExportOptions(), into: source.folder.path("two"), keys: [source.key])
    await #expect {
      try await site.importer().apply([source.folder.path("two")])
    } throws: { ($0 as? ArchiveRefusal)?.step == .signer }
    _ = try await source.export().create(ExportOptions(), into: source.folder.path("three"), keys: [next])
    #expect(try await site.importer().apply([source.folder.path("three")]).applied != nil)
  }

  // MARK: Pieces

  private func carry(
    _ source: SourceSite, to site: ImportingSite, _ name: String, _ options: ExportOptions
  ) async throws -> ArchiveManifest {
    let result = try await source.export().create(options, into: source.folder.path(name), keys: [source.key])
    let imported = try await site.importer().apply([source.folder.path(name)])
    #expect(imported.applied != nil)
    return result.manifest
  }

  /// A month of new updates, declines and approvals given and taken.
  private func grow(_ source: SourceSite, month: Int) async throws {
    let growth = source.generator.growth(month: month, revisions: 20)
    try await growth.populate(source.catalog, store: source.store)
    let answers = try await Answers(source.catalog)
    for deployment in answers.deployments.prefix(2) {
      try await source.catalog.removeDeployment(deployment.deploymentID)
    }
    if let declined = answers.hidden.first { try await source.catalog.undecline(declined) }
    let rows = try await source.catalog.updates(UpdateQuery())
    if let row = rows.dropFirst(month).first { try await source.catalog.decline(row.identity.updateID) }
  }

  private func expectEqual(
    _ site: ImportingSite, _ source: SourceSite, sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let (here, there) = (try await Answers(site.catalog), try await Answers(source.catalog))
    #expect(here.configuration == there.configuration, sourceLocation: sourceLocation)
    #expect(here.updates == there.updates, sourceLocation: sourceLocation)
    #expect(here.data == there.data, sourceLocation: sourceLocation)
    #expect(here.keys == there.keys, sourceLocation: sourceLocation)
    #expect(here.deployments == there.deployments, sourceLocation: sourceLocation)
    #expect(here == there, sourceLocation: sourceLocation)
    let held = Set(try await site.store.allDigests())
    let wanted = try await source.catalog.exportSnapshot(.everything) { snapshot in
      var digests: Set<FileDigest> = []
      try snapshot.forEachContentFile { if $0.isPresent { digests.insert($0.file.digest) } }
      return digests
    }
    #expect(held.isSuperset(of: wanted), sourceLocation: sourceLocation)
    let records = try await site.catalog.files(wanted.sorted())
    #expect(records.allSatisfy(\.isPresent) && records.count == wanted.count, sourceLocation: sourceLocation)
  }
}

extension Int {
  /// nil for 0.
  fileprivate var nonZero: Int? { self == 0 ? nil : self }
}
