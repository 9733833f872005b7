import Dispatch
import GRDB
import Synchronization
import Testing
import UpdateModel

@testable import Catalog

struct GroupCommitTests {
  let folder = try! TemporaryFolder()

  @Test("callers that come together share transactions: fewer commits than callers, and nothing is lost")
  func sharing() async throws {
    let fixture = try await ClientFixture(folder)
    for number in 1...20 { try await fixture.come(number) }
    let commits = CommitCount()
    try await fixture.catalog.write("watch") { db in db.add(transactionObserver: commits, extent: .databaseLifetime) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<400 {
        group.addTask {
          let computer = number % 20 + 1
          let events = (0..<5).map { fixture.event(number * 10 + $0, 167, of: computer) }
          try await fixture.report(events, of: computer)
        }
      }
      try await group.waitForAll()
    }
    var query = EventQuery()
    query.limit = 10_000
    #expect(try await fixture.catalog.events(query).count == 2_000)
    #expect(commits.count < 400, "\(commits.count)")
  }

  @Test("one caller's failure undoes nothing of the others")
  func failure() async throws {
    let fixture = try await ClientFixture(folder)
    let gate = Gate()
    async let first: Void = fixture.catalog.clientWrites.run(weight: 1, in: fixture.catalog, "hold") { _ in gate.pass()
    }
    await gate.reached()
    let outcomes = await withTaskGroup(of: Bool.self) { tasks in
      for number in 1...100 {
        tasks.addTask {
          do {
            if number.isMultiple(of: 2) {
              try await fixture.come(number)
            } else {
              try await fixture.catalog.registerComputer(client(number), registration())
            }
            return true
          } catch CatalogError.unknownComputer(client(number).text) {
            return false
          } catch {
            Issue.record(error)
            return false
          }
        }
      }
      gate.open()
      return await tasks.reduce(into: 0) { $0 += $1 ? 1 : 0 }
    }
    try await first
    #expect(outcomes == 50)
    #expect(try await fixture.catalog.clientSummary().all.computers == 50)
  }

  @Test("too much that waits is refused as busy, with nothing stored of it")
  func busy() async throws {
    let catalog = try await folder.catalog()
    let group = GroupCommit(heaviest: 10)
    let gate = Gate()
    async let first: Void = group.run(weight: 100, in: catalog, "test") { db in
      gate.pass()
      try Self.count(db)
    }
    await gate.reached()
    let outcomes = await withTaskGroup(of: Bool.self) { tasks in
      for _ in 0..<7 {
        tasks.addTask {
          do {
            try await group.run(weight: 5, in: catalog, "test") { db in try Self.count(db) }
            return true
          } catch {
            if case CatalogError.busy = error { return false }
            Issue.record(error)
            return false
          }
        }
      }
      // Two fit; the other five hear of it while the first one still holds the writer.
      var done: [Bool] = []
      while done.count < 5, let outcome = await tasks.next() { done.append(outcome) }
      #expect(done == [Bool](repeating: false, count: 5))
      gate.open()
      for await outcome in tasks { done.append(outcome) }
      return done
    }
    try await first
    #expect(outcomes.count { $0 } == 2)
    let counted = try await catalog.read("count") { db in try Int.fetchOne(db, sql: "SELECT maxUpdates FROM server") }
    #expect(counted == 103)
  }

  @Test("what SQLite itself undoes is an error to its callers, and the next ones are served")
  func undone() async throws {
    let catalog = try await folder.catalog()
    let group = GroupCommit(heaviest: 10)
    await #expect(throws: CatalogError.self) {
      try await group.run(weight: 1, in: catalog, "test") { db in
        try Self.count(db)
        try db.execute(sql: "ROLLBACK")
      }
    }
    try await group.run(weight: 1, in: catalog, "test") { db in try Self.count(db) }
    let counted = try await catalog.read("count") { db in try Int.fetchOne(db, sql: "SELECT maxUpdates FROM server") }
    #expect(counted == 101)
  }

  private static func count(_ db: Database) throws {
    try db.execute(sql: "UPDATE server SET maxUpdates = maxUpdates + 1")
  }
}

/// Holds the catalogue's writer until a test lets it go.
private final class Gate: Sendable {
  private let isReached = DispatchSemaphore(value: 0)
  private let isOpen = DispatchSemaphore(value: 0)

  /// In the transaction: says that it is reached, and waits.
  func pass() {
    isReached.signal()
    isOpen.wait()
  }

  func reached() async {
    await withCheckedContinuation { continuation in
      DispatchQueue.global().async {
        self.isReached.wait()
        continuation.resume()
      }
    }
  }

  func open() { isOpen.signal() }
}

private final class CommitCount: TransactionObserver, Sendable {
  private let commits = Atomic(0)
  var count: Int { commits.load(ordering: .relaxed) }

  func observes(eventsOfKind eventKind: DatabaseEventKind) -> Bool { false }
  func databaseDidChange(with event: DatabaseEvent) {}
  func databaseDidCommit(_ db: Database) { commits.add(1, ordering: .relaxed) }
  func databaseDidRollback(_ db: Database) {}
}
