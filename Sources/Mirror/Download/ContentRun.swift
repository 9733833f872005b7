import Catalog
import ContentStore
import Logging
import Platform
import Transfer
import UpdateModel

/// The content phase: wanted files from the catalogue into the store (MS-WSUSSS 3.2.4.4).
struct ContentRun: Sendable {
  let catalog: Catalog
  let store: ContentStore
  let client: HTTPClient
  let options: SyncOptions
  /// Only files that somebody asked for.
  let isRequestedOnly: Bool
  let clock: @Sendable () -> Timestamp
  let logger: Logger
  let progress: ProgressHandler
  let sleep: @Sendable (Double) async -> Void
  /// Asks the USS for files and returns those it does not know.
  let requestFiles: @Sendable ([FileDigest]) async throws -> [FileDigest]

  /// Files that wait for the USS and are tried again within the run; more wait for the next one.
  static let mostWaiting = 10_000

  /// What the rounds share.
  struct Work {
    var report = ContentReport()
    /// 404 everywhere; not yet asked for.
    var unrequested: [WantedFile] = []
    /// Asked for with DownloadFiles.
    var waiting: [WantedFile] = []
    var unreachableInARow = 0
    var canRequest = true
    var notes = FileNotes()
  }

  var policy: ContentPolicy {
    var policy = ContentPolicy(
      isLazy: options.subscription.content == .lazy, includesExpress: options.subscription.expressFiles,
      requiresSHA256: store.policy == .sha256Required)
    policy.isRequestedOnly = isRequestedOnly
    return policy
  }

  func run(_ stop: StopSignal) async throws -> ContentReport {
    let totals = try await catalog.wantedTotals(policy)
    let meter = ContentMeter(totalFiles: totals.files, totalBytes: totals.bytes, progress: progress)
    progress(.phase(.content))
    let fetch = try await fileFetch(meter, stop)
    var work = Work()
    try await fetchAll(fetch, &work, stop)
    try await waitForUpstream(fetch, &work, stop)
    work.report.receivedBytes = meter.received
    if stop.isRaised { throw CancellationError() }
    try await listMissing(&work.report)
    return work.report
  }

  private func fileFetch(_ meter: ContentMeter, _ stop: StopSignal) async throws -> FileFetch {
    let configuration = try await catalog.upstream().configuration
    let locations = ContentLocations(
      upstream: options.upstream, explicitBase: options.content.contentBase,
      isCatalogOnly: configuration?.isCatalogOnly ?? false)
    return FileFetch(
      store: store, client: client, locations: locations, options: options.content, backoff: .download, meter: meter,
      stop: stop, sleep: sleep, seed: options.seed)
  }

  /// Goes once through all wanted files.
  private func fetchAll(_ fetch: FileFetch, _ work: inout Work, _ stop: StopSignal) async throws {
    var source = WantedPages(catalog: catalog, policy: policy, size: options.content.pageSize)
    try await fetchEach(fetch, &work, stop, requestsEarly: true) { try await source.next() }
    try await request(&work)
  }

  /// Keeps so many files in flight until `next` has no more.
  ///
  /// - Parameter requestsEarly: the USS hears of missing files as soon as they make a round of DownloadFiles.
  private func fetchEach(
    _ fetch: FileFetch, _ work: inout Work, _ stop: StopSignal, requestsEarly: Bool = false,
    next: () async throws -> WantedFile?
  ) async throws {
    let parallel = min(max(1, options.content.parallel), 64)
    try await withThrowingTaskGroup(of: (WantedFile, FileOutcome)?.self) { group in
      var (running, isTicking) = (0, false)
      while true {
        while running < parallel, !stop.isRaised, work.report.stopped == nil, let wanted = try await next() {
          group.addTask {
            let outcome = await fetch.fetch(wanted.file, muURL: wanted.muURL)
            fetch.meter.ended(wanted.file, isStored: outcome.isStored)
            return (wanted, outcome)
          }
          running += 1
        }
        guard running > 0, let event = try await group.next() else { break }
        if let (wanted, outcome) = event {
          running -= 1
          note(wanted, outcome, &work)
          if requestsEarly, work.unrequested.count >= options.content.requestRound { try await request(&work) }
        } else {
          isTicking = false
        }
        if work.notes.isFull || event == nil { try await write(&work.notes) }
        if !work.notes.isEmpty, !isTicking {
          isTicking = true
          group.addTask {
            await FileNotes.pause()
            return nil
          }
        }
      }
      group.cancelAll()
    }
    try await write(&work.notes)
  }

  /// Tells the catalogue what came of the last files. Also a run that is being cancelled says it.
  private func write(_ notes: inout FileNotes) async throws {
    let (present, failures) = notes.take()
    guard !present.isEmpty || !failures.isEmpty else { return }
    let catalog = catalog
    try await Task {
      if !present.isEmpty { try await catalog.markPresent(present) }
      if !failures.isEmpty { try await catalog.recordFailures(failures) }
    }.value
  }

  private func note(_ wanted: WantedFile, _ outcome: FileOutcome, _ work: inout Work) {
    let digest = wanted.file.digest
    switch outcome {
    case .stored(let bytes, let resumed):
      work.unreachableInARow = 0
      work.report.fetchedFiles += 1
      work.report.storedBytes += bytes
      work.report.resumedBytes += resumed
      work.notes.present.append(digest)
    case .present: work.notes.present.append(digest)
    case .notAtUpstream:
      work.unreachableInARow = 0
      work.unrequested.append(wanted)
    case .failed(let reason, let isUnreachable):
      logger.warning("content: \(digest) (\(wanted.file.fileName.debugDescription)): \(reason)")
      work.notes.failures.append(FailedAttempt(digest, reason: reason))
      work.unreachableInARow = isUnreachable ? work.unreachableInARow + 1 : 0
      if work.unreachableInARow >= max(1, options.content.parallel) {
        work.report.stopped = work.report.stopped ?? reason
      }
    case .noSpace(let reason): work.report.stopped = work.report.stopped ?? reason
    case .cancelled: return
    }
  }

  /// Tells the USS which files it should fetch; it answers at once and works later (SSS-243).
  private func request(_ work: inout Work) async throws {
    let files = work.unrequested
    work.unrequested = []
    guard !files.isEmpty else { return }
    var unknown: Set<FileDigest> = []
    if work.canRequest {
      do { unknown = Set(try await requestFiles(files.map(\.file.digest))) } catch let error as SyncError {
        logger.warning("content: the USS was not told about \(files.count) files: \(error)")
        work.canRequest = false
      }
    }
    let now = clock()
    for wanted in files {
      let isUnknown = unknown.contains(wanted.file.digest)
      let nextTry = isUnknown ? nil : now.adding(seconds: WaitingDelay.seconds(attempts: wanted.attempts))
      work.notes.failures.append(
        FailedAttempt(
          wanted.file.digest, reason: isUnknown ? "the USS does not know the file" : Self.waitingReason,
          nextTry: nextTry))
      if !isUnknown, work.waiting.count < Self.mostWaiting { work.waiting.append(wanted) }
    }
    try await write(&work.notes)
  }

  private static let waitingReason = "waiting for upstream"

  /// Tries again what the USS was asked to fetch, with growing delays, within the budget of the run (SSS-244).
  private func waitForUpstream(_ fetch: FileFetch, _ work: inout Work, _ stop: StopSignal) async throws {
    var budget = options.content.waitingBudget
    for round in 0... {
      let delay = WaitingDelay.seconds(attempts: round)
      guard !work.waiting.isEmpty, delay <= budget, !stop.isRaised, work.report.stopped == nil else { return }
      budget -= delay
      logger.info("content: waiting \(Int(delay)) s for \(work.waiting.count) files that the USS fetches")
      progress(.waiting(seconds: delay))
      await stop.sleep { await sleep(delay) }
      var queue = work.waiting[...]
      work.waiting = []
      try await fetchEach(fetch, &work, stop) { queue.popFirst() }
      let nextTry = clock().adding(seconds: WaitingDelay.seconds(attempts: round + 1))
      work.notes.failures += work.unrequested.map {
        FailedAttempt($0.file.digest, reason: Self.waitingReason, nextTry: nextTry)
      }
      try await write(&work.notes)
      work.waiting = work.unrequested
      work.unrequested = []
    }
  }

  private func listMissing(_ report: inout ContentReport) async throws {
    var last: Int64 = 0
    while true {
      let page = try await catalog.missingFiles(policy, limit: options.content.pageSize, after: last)
      report.missingCount += page.count
      report.missing += page.prefix(max(0, ContentReport.limit - report.missing.count))
      guard page.count == options.content.pageSize, let end = page.last else { return }
      last = end.fileID
    }
  }
}

extension FileOutcome {
  var isStored: Bool {
    switch self {
    case .stored, .present: true
    case .notAtUpstream, .failed, .noSpace, .cancelled: false
    }
  }
}

/// The wanted files, page by page.
struct WantedPages {
  let catalog: Catalog
  let policy: ContentPolicy
  let size: Int
  private var page: ArraySlice<WantedFile> = []
  private var last: Int64 = 0
  private var isAtEnd = false

  init(catalog: Catalog, policy: ContentPolicy, size: Int) {
    self.catalog = catalog
    self.policy = policy
    self.size = size
  }

  mutating func next() async throws -> WantedFile? {
    if page.isEmpty, !isAtEnd {
      let rows = try await catalog.wantedFiles(policy, limit: size, after: last)
      page = rows[...]
      last = rows.last?.fileID ?? last
      isAtEnd = rows.count < size
    }
    return page.popFirst()
  }
}
