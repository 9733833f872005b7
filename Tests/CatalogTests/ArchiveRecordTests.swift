import Catalog
import Testing
import UpdateModel

struct ArchiveRecordTests {
  private func export(_ number: Int, sequence: Int64) -> ExportRecord {
    ExportRecord(
      archiveID: guid(number), sequence: sequence, created: Timestamp(year: 2026, month: 1, day: 1),
      target: guid(77), base: ArchiveBase(kind: .receipt, id: guid(78), sequence: 0), folder: "/media/disk")
  }

  @Test("exports are recorded by archive, number upwards, and keep their numbers to themselves")
  func exports() async throws {
    let folder = try TemporaryFolder()
    let catalog = try await folder.catalog()
    #expect(try await catalog.nextExportSequence() == 1)
    var first = export(1, sequence: 1)
    try await catalog.recordExport(first)
    #expect(try await catalog.nextExportSequence() == 2)
    await #expect(throws: CatalogError.exportSequenceTaken(1, by: guid(1))) {
      try await catalog.recordExport(export(2, sequence: 1))
    }
    first.finished = Timestamp(year: 2026, month: 1, day: 3)
    first.manifestSHA256 = SHA256Digest(bytes: [UInt8](repeating: 9, count: 32))
    first.counts = ArchiveCounts(
      contentBytes: 1, contentFiles: 2, revisions: 3, totalContentFiles: 4, totalRevisions: 5)
    try await catalog.recordExport(first)
    try await catalog.recordExport(export(2, sequence: 9))
    #expect(try await catalog.exportRecords(limit: 9) == [export(2, sequence: 9), first])
    #expect(try await catalog.exportRecord(guid(1)) == first)
    #expect(try await catalog.exportRecord(guid(3)) == nil)
    #expect(try await catalog.nextExportSequence() == 10)
  }

  @Test("imports are listed newest first, and the last one that counts is found by its source")
  func imports() async throws {
    let folder = try TemporaryFolder()
    let catalog = try await folder.catalog()
    #expect(try await catalog.lastImport() == nil)
    for entry in [archive(1), archive(2), archive(3, source: 7001)] {
      try await catalog.publishImport(ImportPublication(archive: entry, administration: .approvals([])))
    }
    #expect(try await catalog.importRecords(limit: 2).map(\.archive) == [archive(3, source: 7001), archive(2)])
    #expect(try await catalog.lastImport()?.archive == archive(3, source: 7001))
    #expect(try await catalog.lastImport(source: guid(7000))?.archive == archive(2))
    #expect(try await catalog.importRecord(guid(8001))?.archive == archive(1))
    try await catalog.rollbackImport()
    #expect(try await catalog.lastImport()?.archive == archive(2))
    #expect(try await catalog.importRecords(limit: 1).first?.rolledBack != nil)
  }

  @Test("a receipt is known to the server that made it")
  func receipts() async throws {
    let folder = try TemporaryFolder()
    let catalog = try await folder.catalog()
    for _ in 0..<2 { try await catalog.recordReceipt(guid(5), created: Timestamp(year: 2026, month: 1, day: 1)) }
    #expect(try await catalog.isOwnReceipt(guid(5)))
    #expect(try await !catalog.isOwnReceipt(guid(6)))
  }
}
