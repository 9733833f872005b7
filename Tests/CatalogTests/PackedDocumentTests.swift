import Catalog
import Foundation
import GRDB
import Testing
import UpdateModel

/// How metadata documents are stored.
struct PackedDocumentTests {
  let folder = try! TemporaryFolder()

  private static func document(_ number: Int, count: Int = 100) -> [UInt8] {
    Array(String(repeating: "<Element number=\"\(number)\">some text</Element>", count: count).utf8)
  }

  private static func revision(_ number: Int, document: [UInt8]) -> StagedRevision {
    StagedRevision(metadata: CatalogTests.revision(number).metadata, document: document)
  }

  /// Changes the stored row of the only revision, past the catalogue.
  private func change(_ catalog: Catalog, _ sql: String, _ arguments: StatementArguments = []) async throws {
    let queue = try DatabaseQueue(path: catalog.path)
    try await queue.write { db in try db.execute(sql: sql, arguments: arguments) }
    try queue.close()
  }

  private func expectDamaged(_ catalog: Catalog) async {
    await #expect {
      _ = try await catalog.updateData([identity(1)])
    } throws: { error in
      if case .damagedDocument(revisionID: 1, text: let text) = error as? CatalogError { return !text.isEmpty }
      return false
    }
    await #expect(throws: CatalogError.self) { _ = try await catalog.document(identity(1)) }
  }

  @Test("SSS-171: documents of all sizes come back byte for byte, also in batches of several parts")
  func sizes() async throws {
    let catalog = try await folder.catalog()
    let documents = (1...300).map { Self.document($0, count: $0 * $0 % 997) } + [[], [7], [0xFF, 0, 0xFF]]
    try await catalog.add(
      .updates, documents.enumerated().map { Self.revision($0.offset + 1, document: $0.element) })
    let stored = try await catalog.updateData((1...documents.count).map { identity($0) })
    #expect(stored.map(\.document) == documents)
    #expect(try await catalog.document(identity(7)) == documents[6])
  }

  @Test("documents that were stored before the packing are read as they are")
  func earlierRows() async throws {
    let catalog = try await folder.catalog()
    try await catalog.add(.updates, [Self.revision(1, document: Self.document(1))])
    try await change(catalog, "UPDATE document SET length = NULL, bytes = ?", [Data(Self.document(2))])
    #expect(try await catalog.updateData([identity(1)]).map(\.document) == [Self.document(2)])
  }

  @Test("SSS-376: a stored document that was damaged is an error that names it, and takes no memory")
  func damaged() async throws {
    let catalog = try await folder.catalog()
    try await catalog.add(.updates, [Self.revision(1, document: Self.document(1))])
    let queue = try DatabaseQueue(path: catalog.path)
    let (frame, length) = try await queue.read { db in
      let row = try #require(try Row.fetchOne(db, sql: "SELECT bytes, length FROM document"))
      return (row[0] as Data, row[1] as Int64)
    }
    try queue.close()
    #expect(length == Int64(Self.document(1).count) && frame.count < length)
    for wrong in [0, length - 1, length + 1, -1, Int64.max] {
      try await change(catalog, "UPDATE document SET length = ?", [wrong])
      await expectDamaged(catalog)
    }
    for bytes in [Data(), frame.dropLast(), frame + [0], Data("no frame".utf8)] {
      try await change(catalog, "UPDATE document SET length = ?, bytes = ?", [length, bytes])
      await expectDamaged(catalog)
    }
    try await change(catalog, "UPDATE document SET bytes = ?", [frame])
    #expect(try await catalog.updateData([identity(1)]).map(\.document) == [Self.document(1)])
  }
}
