import Catalog
import ContentStore
import Dispatch
import Foundation
import Generator
import Platform
import Sealing
import Synchronization
import TestSupport
import Testing
import UpdateModel
import WireFormat

@testable import Export

@Suite("Windows packages") struct WindowsPackageTests {
  private static let policy = ContentPolicy(isLazy: false, includesExpress: true, requiresSHA256: false)

  @Test("a site that imports a package has the same revisions, documents and addresses, and wants the content")
  func roundTrip() async throws {
    let (source, site) = (try await SourceSite(revisions: 300), try await ImportingSite(isReplica: false))
    let written = try await source.package("a.cab")
    let plan = try await site.packages().plan(source.folder.path("a.cab"), expecting: written.sha256)
    #expect(try await site.leftBehind() == [])
    let imported = try await site.packages().apply(source.folder.path("a.cab"))

    let (mine, theirs) = (try await Answers(site.catalog), try await Answers(source.catalog))
    #expect(Set(mine.configuration) == Set(theirs.configuration))
    #expect(Set(mine.updates) == Set(theirs.updates))
    #expect(mine.data.sorted { $0.identity < $1.identity } == theirs.data.sorted { $0.identity < $1.identity })
    #expect(mine.deployments.isEmpty)
    #expect(imported.summary.revisions == written.planned.counts.revisions)
    #expect(plan.newRevisions == imported.summary.revisions)
    #expect(imported.package.missingMembers == [])

    #expect(try await site.store.allDigests().isEmpty)
    let wanted = try await site.catalog.wantedFiles(Self.policy, limit: 10_000).map(\.file.digest)
    // Older revisions have files too, and are not listed.
    #expect(Set(theirs.data.flatMap(\.fileDigests)).isSubset(of: wanted))
    #expect(wanted.count == written.planned.counts.files)
    #expect(try await site.leftBehind() == [])
  }

  @Test("a package that was imported before changes nothing; one with more brings only that")
  func again() async throws {
    let (source, site) = (try await SourceSite(revisions: 300), try await ImportingSite(isReplica: false))
    let category = try #require(try await source.catalog.categories().first { $0.type == .product })
    _ = try await source.packages().write(
      ExportSelection(categories: [category.updateID]), to: source.folder.path("some.cab"))
    let some = try await site.packages().apply(source.folder.path("some.cab"))
    let before = try await site.seen()
    let again = try await site.packages().apply(source.folder.path("some.cab"))
    #expect(again.summary.wasAppliedBefore && again.package.isRepeat)
    #expect(try await site.seen() == before)

    let all = try await source.package("all.cab")
    let rest = try await site.packages().apply(source.folder.path("all.cab"))
    #expect(some.summary.revisions < all.planned.counts.revisions)
    #expect(rest.summary.revisions == all.planned.counts.revisions - some.summary.revisions)
    #expect(try await site.catalog.importRecords(limit: 9).map(\.archive.sequence) == [2, 1])
    try await site.catalog.rollbackImport()
    #expect(try await Answers(site.catalog) == before.answers)
  }

  @Test("the same catalogue and time give the same bytes; another time changes only what states it")
  func sameBytes() async throws {
    let source = try await SourceSite(revisions: 300)
    let one = try await source.package("one.cab")
    let two = try await source.package("two.cab")
    #expect(one == two)
    let later = SourceSite.now.adding(seconds: 86_400)
    _ = try await source.packages().write(.everything, to: source.folder.path("later.cab"), created: later)
    let (first, other) = (
      try ForgedPackage(source.folder.path("one.cab")), try ForgedPackage(source.folder.path("later.cab"))
    )
    #expect(first.metadata == other.metadata)
    #expect(first.index != other.index)
    #expect(first.index.replacing("2026-05-04T00:00:00Z", with: "2026-05-05T00:00:00Z") == other.index)
  }

  @Test("records stand behind what they need, and package.xml lists them alike with files and categories")
  func layout() async throws {
    let source = try await SourceSite(revisions: 300)
    try await source.package("a.cab")
    let package = try ForgedPackage(source.folder.path("a.cab"))
    let documents = try package.records().map { try UpdateMetadataParser.parse($0.document, expecting: $0.identity) }
    var seen: Set<UpdateIdentity> = []
    var sections: [Int] = []
    for document in documents {
      #expect(document.bundledUpdates.flatMap(\.identities).allSatisfy(seen.contains), "\(document.identity)")
      seen.insert(document.identity)
      sections.append(PackageOrder.Section(document.kind).rawValue)
    }
    #expect(sections == sections.sorted())
    #expect(documents.contains { !$0.bundledUpdates.isEmpty })

    let parts = try package.parts()
    let listed = parts.compactMap { part in
      if case .update(let update) = part { update } else { nil }
    }
    #expect(listed.map(\.identity) == documents.map(\.identity))
    #expect(listed.map(\.files) == documents.map { $0.kind.isConfiguration ? [] : $0.files.map(\.digest) })
    for (entry, document) in zip(listed, documents) where document.kind == .software {
      #expect(entry.categories.count == 1 && entry.classifications.count == 1, "\(entry.identity)")
    }
    let files = parts.compactMap { part in
      if case .file(let file) = part { file } else { nil }
    }
    #expect(Set(files.map(\.digest)) == Set(documents.flatMap(\.files).map(\.digest)))
    #expect(Set(files.map(\.digest)).count == files.count)
    #expect(files.contains { $0.muURL != nil })
  }

  @Test("cabextract extracts both members, and xmllint reads package.xml")
  func stockTools() async throws {
    let source = try await SourceSite(revisions: 300)
    try await source.package("a.cab")
    let out = source.folder.path("out")
    let extracted = try ChildProcess.run("cabextract", ["-q", "-d", out, source.folder.path("a.cab")])
    #expect(extracted.ending == .exited(0), "\(extracted.errors)")
    #expect(try Folder(path: out).names().sorted() == ["metadata.txt", "package.xml"])
    let package = try ForgedPackage(source.folder.path("a.cab"))
    #expect(try DurableFile.read(out + "/metadata.txt", limit: 64 << 20) == package.metadata)
    let checked = try ChildProcess.run(
      "xmllint", ["--nonet", "--xpath", "count(/ExportPackage/Updates/Update)", out + "/package.xml"])
    #expect(checked.ending == .exited(0), "\(checked.errors)")
    let count = String(decoding: checked.output, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    #expect(Int(count) == (try package.records().count))
  }

  @Test("an export that is cancelled leaves no file")
  func cancelledExport() async throws {
    let source = try await SourceSite(revisions: 300)
    let running = Mutex<Task<Void, any Error>?>(nil)
    let started = DispatchSemaphore(value: 0)
    let task = Task {
      _ = try await source.packages().write(.everything, to: source.folder.path("a.cab")) { progress in
        guard progress.phase == .write, progress.done == 100 else { return }
        started.wait()
        running.withLock { $0?.cancel() }
      }
    }
    running.withLock { $0 = task }
    started.signal()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(try Folder(path: source.folder.path).names() == ["state"])
    #expect(try Folder.make(path: source.state + "/staging").names() == [])
  }

  @Test("a file that is there is not replaced, and a partial one of a killed run is")
  func names() async throws {
    let source = try await SourceSite()
    try source.folder.write([1, 2, 3], to: "a.cab")
    await #expect(throws: WindowsPackageError.fileExists(source.folder.path("a.cab"))) {
      try await source.package("a.cab")
    }
    #expect(try DurableFile.read(source.folder.path("a.cab"), limit: 9) == [1, 2, 3])
    try source.folder.write([UInt8](repeating: 9, count: 10_000_000), to: "b.cab.partial")
    let written = try await source.package("b.cab")
    #expect(try DurableFile.read(source.folder.path("b.cab"), limit: 64 << 20).count == written.bytes)
    #expect(try Folder(path: source.folder.path).names().sorted() == ["a.cab", "b.cab", "state"])
  }

  @Test("an import that is cancelled while it stages shows nothing, and goes on")
  func cancelledImport() async throws {
    let (source, site) = (try await SourceSite(revisions: 1_500), try await ImportingSite(isReplica: false))
    try await source.package("a.cab")
    let before = try await site.seen()
    let task = Task {
      try await site.packages().apply(source.folder.path("a.cab")) { progress in
        if progress.phase == .stage { withUnsafeCurrentTask { $0?.cancel() } }
      }
    }
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(try await site.seen() == before)
    let waiting = try #require(try await site.importer().waiting().first)
    #expect(waiting.revisions > 0)
    let imported = try await site.packages().apply(source.folder.path("a.cab"))
    #expect(imported.package.archiveID == waiting.archiveID)
    #expect(try await Answers(site.catalog).data.count == (try await Answers(source.catalog)).data.count)
    #expect(try await site.leftBehind() == [])
  }
}
