import Catalog
import GRDB
import Testing
import UpdateModel

/// What is asked all the time reads no whole table.
struct ClientPlanTests {
  let folder = try! TemporaryFolder()

  @Test(
    "queries of every report and every page walk an index",
    arguments: [
      "SELECT computerKey FROM computer WHERE computerID = ?",
      "SELECT state FROM updateStatus WHERE computerKey = ? AND updateKey = ?",
      "SELECT state, computerKey FROM updateStatus JOIN knownUpdate USING (updateKey) WHERE updateID = ?",
      "SELECT eventKey FROM event WHERE computerKey = ? AND instanceID = ?",
      "SELECT targetGroupID FROM groupAssignment WHERE computerKey = ?",
      "SELECT foldedName FROM requestedGroup WHERE computerKey = ?",
      "SELECT count(*) FROM updateStatus INDEXED BY updateStatusFailed WHERE state = 5 AND errorCode = ?",
      "SELECT 1 FROM registration WHERE operatingSystemKey = ?",
    ])
  func plans(sql: String) async throws {
    let catalog = try await folder.catalog()
    let details = try await DatabaseQueue(path: catalog.path).read { db in
      let statement = try db.makeStatement(sql: "EXPLAIN QUERY PLAN \(sql)")
      let nothing = StatementArguments([DatabaseValue](repeating: .null, count: sql.count { $0 == "?" }))
      return try Row.fetchAll(statement, arguments: nothing).map { $0["detail"] as String }
    }
    #expect(details.allSatisfy { $0.hasPrefix("SEARCH") }, "\(details)")
  }

  @Test("computers are paged along their names, without sorting them all")
  func pages() async throws {
    let catalog = try await folder.catalog()
    let details = try await DatabaseQueue(path: catalog.path).read { db in
      try Row.fetchAll(
        db,
        sql: """
          EXPLAIN QUERY PLAN SELECT computerKey FROM computer WHERE (dnsName, computerKey) > (?, ?)
          ORDER BY dnsName, computerKey LIMIT 10
          """, arguments: ["a", 1]
      ).map { $0["detail"] as String }
    }
    #expect(details.contains { $0.contains("computerName") } && !details.contains { $0.contains("TEMP B-TREE") })
  }
}
