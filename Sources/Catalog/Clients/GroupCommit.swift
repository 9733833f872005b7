internal import GRDB
internal import Synchronization

/// Small transactions of many callers, on disk together.
///
/// A commit that is on disk costs milliseconds, whatever it holds. Callers that come while one is under way share the
/// next one, each in a savepoint of its own: what one of them fails at undoes nothing of the others.
final class GroupCommit: Sendable {
  /// Runs inside the shared transaction; returns what to do once it is on disk.
  private typealias Attempt = @Sendable (Database) -> @Sendable () -> Void

  private struct Member: Sendable {
    let weight: Int
    let attempt: Attempt
    /// Called instead when the transaction is not on disk.
    let fail: @Sendable (any Error) -> Void
  }

  private struct State {
    var waiting: [Member] = []
    var weight = 0
    var isRunning = false
  }

  /// Callers in one transaction: a reader of the answer waits for all of them.
  private static let largestGroup = 512

  private let state = Mutex(State())
  private let heaviest: Int

  /// - Parameter heaviest: what may wait together, in the weights of ``run(weight:in:_:_:)``.
  init(heaviest: Int) { self.heaviest = heaviest }

  /// Runs `work` and returns when it is on disk.
  ///
  /// - Throws: ``CatalogError/busy(text:)`` when too much waits already.
  func run<T: Sendable>(
    weight: Int, in catalog: Catalog, _ operation: String, _ work: @escaping @Sendable (Database) throws -> T
  ) async throws -> T {
    try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<T, any Error>) in
      let member = Member(
        weight: weight,
        attempt: { db in
          let result = Result { try Self.inSavepoint(db, work) }
            .mapError { Self.error($0, path: catalog.path, operation: operation) }
          return { continuation.resume(with: result) }
        },
        fail: { continuation.resume(throwing: $0) })
      enter(member, of: catalog)
    }
  }

  private func enter(_ member: Member, of catalog: Catalog) {
    enum Entry { case refused, waits, starts }
    let entry: Entry = state.withLock { state in
      guard state.waiting.isEmpty || state.weight + member.weight <= heaviest else { return .refused }
      state.waiting.append(member)
      state.weight += member.weight
      defer { state.isRunning = true }
      return state.isRunning ? .waits : .starts
    }
    switch entry {
    case .refused: member.fail(CatalogError.busy(text: "too many client reports wait to be stored"))
    case .waits: break
    case .starts: Task { await drain(catalog) }
    }
  }

  private func drain(_ catalog: Catalog) async {
    while let group = next() {
      do {
        let finished = try await catalog.writeDurably("client reports") { db in
          try group.map { member in
            let finish = member.attempt(db)
            // SQLite itself undoes a transaction, whole, for want of space and the like.
            guard db.isInsideTransaction else { throw DatabaseError(resultCode: .SQLITE_ABORT) }
            return finish
          }
        }
        for finish in finished { finish() }
      } catch {
        for member in group { member.fail(error) }
      }
    }
  }

  private func next() -> [Member]? {
    state.withLock { state in
      guard !state.waiting.isEmpty else {
        state.isRunning = false
        return nil
      }
      let group = Array(state.waiting.prefix(Self.largestGroup))
      state.waiting.removeFirst(group.count)
      state.weight -= group.reduce(0) { $0 + $1.weight }
      return group
    }
  }

  private static func inSavepoint<T>(_ db: Database, _ work: (Database) throws -> T) throws -> T {
    var result: T?
    try db.inSavepoint {
      result = try work(db)
      return .commit
    }
    guard let result else {
      throw CatalogError.database(operation: "client reports", text: "savepoint without a result")
    }
    return result
  }

  private static func error(_ error: any Error, path: String, operation: String) -> any Error {
    (error as? DatabaseError).map { CatalogError($0, path: path, operation: operation) } ?? error
  }
}
