import Catalog
import Testing
import UpdateModel

struct RequestTests {
  let folder = try! TemporaryFolder()
  let clock = TestClock()

  private func catalogue() async throws -> Catalog {
    let catalog = try await folder.catalog(clock: clock)
    try await catalog.add(
      .updates,
      [revision(1) { $0.files = [file(11), file(12, express: true)] }, revision(2) { $0.files = [file(21)] }])
    return catalog
  }

  @Test("a request-only policy wants what was asked for and nothing else, however eager the site is")
  func requestedOnly() async throws {
    let catalog = try await catalogue()
    var policy = ContentPolicy(isLazy: false)
    policy.isRequestedOnly = true
    #expect(try await catalog.wantedFiles(policy, limit: 10).isEmpty)
    #expect(try await catalog.requestFiles([digest(12)]).isEmpty)
    #expect(try await catalog.wantedFiles(policy, limit: 10).map(\.file.digest) == [digest(12)])
    #expect(try await catalog.wantedTotals(policy).files == 1)
    #expect(try await catalog.missingFiles(policy, limit: 10).map(\.file.digest) == [digest(12)])
    try await catalog.markPresent([digest(12)])
    #expect(try await catalog.wantedFiles(policy, limit: 10).isEmpty)
    try await catalog.markAbsent([digest(12)])
    #expect(try await catalog.wantedFiles(policy, limit: 10).map(\.file.digest) == [digest(12)])
  }

  @Test("SSS-249: a listener hears of requests and of files that are gone; many at once are one element")
  func signal() async throws {
    let catalog = try await catalogue()
    var requests = catalog.fileRequests().makeAsyncIterator()
    _ = try await catalog.requestFiles([digest(11)])
    _ = try await catalog.requestFiles([digest(21)])
    await requests.next()
    try await catalog.markAbsent([digest(11)])
    await requests.next()
  }

  @Test("a run's row in the history can be amended and stays one row")
  func amend() async throws {
    let catalog = try await catalogue()
    var record = SyncRecord(
      began: clock.now, ended: clock.now, endpoint: "http://a", outcome: .unfinished, newRevisions: 3)
    let row = try await catalog.recordHistory(record)
    try await catalog.recordHistory(record)
    #expect(try await catalog.history(limit: 10) == [record, record])
    record.outcome = .succeeded
    record.fetchedFiles = 7
    try await catalog.amendHistory(row, record)
    let rows = try await catalog.history(limit: 10)
    #expect(rows.count == 2)
    #expect(rows.contains(record))
  }
}
