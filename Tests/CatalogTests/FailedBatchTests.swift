import Catalog
import GRDB
import Testing
import UpdateModel

struct FailedBatchTests {
  let folder = try! TemporaryFolder()

  @Test("a batch behind one that failed never uses its keys")
  func keysOfFailedBatch() async throws {
    let catalog = try await folder.catalog()
    try await rejectRevisions(numbered: 666)
    for round in 1...40 {
      let category = 100_000 + round
      let fillers = (0..<100).map { revision(1_000 * round + $0, categories: [category]) }
      let failing = Task { try await catalog.stage(.updates, fillers + [revision(round, 666)]) }
      let behind = Task { try await catalog.stage(.updates, [revision(round, 1, categories: [category])]) }
      await #expect(throws: CatalogError.self) { try await failing.value }
      #expect(try await behind.value == 1)
    }
    try await catalog.publish(.updates)
    for round in 1...40 {
      let details = try #require(try await catalog.update(identity(round)))
      #expect(details.prerequisites.flatMap(\.updateIDs) == [guid(100_000 + round)])
    }
  }

  private func rejectRevisions(numbered number: Int) async throws {
    let queue = try DatabaseQueue(path: "\(folder.path)/catalog.sqlite")
    try await queue.write { db in
      try db.execute(
        sql: """
          CREATE TRIGGER rejection BEFORE INSERT ON revision WHEN NEW.revisionNumber = \(number)
          BEGIN SELECT RAISE(ABORT, 'scripted'); END
          """)
    }
    try queue.close()
  }
}
