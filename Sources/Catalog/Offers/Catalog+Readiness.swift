internal import GRDB
internal import UpdateModel

extension Catalog {
  /// Looks which approved revisions have all their content, if anything happened since the last time.
  ///
  /// What changed takes a sequence of its own, on disk when this returns. Cheap when nothing happened; otherwise it
  /// costs some microseconds for each approved revision, so call it after many files rather than after each.
  ///
  /// - Returns: how many revisions became complete or incomplete.
  @discardableResult
  public func refreshReadiness() async throws -> Int {
    if try await read("readiness", { db in try Readiness.isCurrent(db) }) { return 0 }
    let now = clock()
    return try await writeDurably("readiness") { db in
      var sequence = LazySequence(at: now, .content)
      return try Readiness.evaluate(db, &sequence)
    }
  }
}
