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

/// What the tests of attacks share.
protocol AttackSuite {}

extension AttackSuite {
  func newKey(_ name: String) throws -> SigningKey {
    try SigningKey.create(
      commonName: name, validFrom: SourceSite.now.adding(seconds: -3_600),
      validUntil: SourceSite.now.adding(seconds: 1e9))
  }

  func smallSource() async throws -> SourceSite { try await SourceSite(revisions: 45, contentSize: 200_000) }

  func sign(_ manifest: [UInt8], _ archive: AlteredArchive, _ key: SigningKey) throws {
    try archive.write(manifest, to: "manifest.json")
    let signature = try DetachedSignature.sign(manifest, keys: [key], signingTime: SourceSite.now)
    try archive.write(signature, to: "manifest.sig")
  }

  @discardableResult
  func refused(
    _ step: ArchiveRefusal.Step, exporting change: (inout ExportOptions) -> Void = { _ in },
    importing options: ImportOptions = ImportOptions(), _ alter: (AlteredArchive) throws -> Void
  ) async throws -> ArchiveRefusal? {
    let source = try await smallSource()
    let site = try await ImportingSite(trusting: [source.key.certificate])
    return try await refused(step, source, site, exporting: change, importing: options, alter)
  }

  /// Writes an archive, alters it, and sees import and verification refuse it with nothing changed.
  ///
  /// - Parameter verdictStep: of the verification, when it meets another check first.
  @discardableResult
  func refused(
    _ step: ArchiveRefusal.Step, _ source: SourceSite, _ site: ImportingSite, also others: [String] = [],
    exporting change: (inout ExportOptions) -> Void = { _ in }, importing options: ImportOptions = ImportOptions(),
    verifying verdictStep: ArchiveRefusal.Step? = nil, _ alter: (AlteredArchive) throws -> Void
  ) async throws -> ArchiveRefusal? {
    _ = try await source.export().create(
      SourceSite.options(change), into: source.folder.path("disk"), keys: [source.key])
    let archive = try AlteredArchive(source.folder.path("disk"))
    try alter(archive)
    let folders = [archive.path] + others.map(source.folder.path)
    let before = try await site.seen()
    var options = options
    options.report = site.folder.path("report.json")
    let importer = site.importer()
    let refusal = await refusal { _ = try await importer.apply(folders, options) }
    #expect(refusal?.step == step)
    #expect(try await site.seen() == before)
    let evidence = String(decoding: try AlteredArchive.read(site.folder.path("report.json")), as: UTF8.self)
    #expect(evidence.contains("\"result\":\"refused\"") && evidence.contains("\"step\":\"\(step.rawValue)\""))
    if step != .complete {
      let verifier = ArchiveVerifier(
        trust: try TrustStore.load(state: site.state), policy: options.policy,
        site: ArchiveReader(catalog: site.catalog, serverID: ImportingSite.serverID), clock: site.clock.clock)
      let verdict = await self.refusal { _ = try await verifier.verify(folders) }
      #expect(verdict?.step == verdictStep ?? step)
    }
    return refusal
  }

  func refusal(_ work: () async throws -> Void) async -> ArchiveRefusal? {
    do {
      try await work()
      Issue.record("expected a refusal")
    } catch let refusal as ArchiveRefusal {
      return refusal
    } catch {
      Issue.record("expected a refusal, found \(error)")
    }
    return nil
  }
}
