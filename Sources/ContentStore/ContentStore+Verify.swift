import Platform
import Synchronization
public import UpdateModel

extension ContentStore {
  /// Gives what the metadata declares about a digest, or nil when it is not known.
  public typealias Declaration = @Sendable (FileDigest) async throws -> ContentFile?
  /// Hears of a bad file before it is withdrawn.
  public typealias Withdrawal = @Sendable (FileDigest) async throws -> Void

  /// Reads one stored file and compares it with its name, and with `declared` when given.
  ///
  /// - Parameter bytesPerSecond: nil for as fast as the disk gives them.
  /// - Returns: what is wrong, or nil.
  /// - Throws: ``ContentStoreError/notFound(digest:)``, and what the disk refuses.
  public func verify(
    _ digest: FileDigest, declared: ContentFile? = nil, bytesPerSecond: Int64? = nil
  ) async throws -> ContentStoreError? {
    var next = ContinuousClock.now
    return try await check(digest, hint: nil, declared: declared) { count in
      guard let bytesPerSecond, bytesPerSecond > 0 else { return }
      next = next + .seconds(Double(count) / Double(bytesPerSecond))
      try await Task.sleep(until: next, clock: .continuous)
    }
  }

  /// Reads all stored files of a subset, those never checked first, then the longest unchecked.
  ///
  /// A call that was cancelled or killed is continued by the next one with the same subset: files of the
  /// unfinished pass are not read twice. Bad files are read again next time unless they are withdrawn.
  /// `withdrawing` may record that a file is no longer here: one that was killed after it leaves a file that
  /// ``beginIngest(_:)`` does not take for present, and that the next withdrawing call reads whatever its subset.
  public func verifyAll(
    _ options: VerifyOptions = VerifyOptions(), declared: Declaration = { _ in nil },
    withdrawing: Withdrawal = { _ in }, progress: @Sendable (VerifyProgress) -> Void = { _ in }
  ) async throws -> VerifyReport {
    guard
      isVerifying.withLock({ running in
        defer { running = true }
        return !running
      })
    else { throw ContentStoreError.verifyRunning }
    defer { isVerifying.withLock { $0 = false } }
    var report = VerifyReport()
    let names = try await namesToVerify(options, &report)
    var state = VerifyProgress(totalFiles: names.count)
    let start = ContinuousClock.now
    for name in names {
      try Task.checkCancellation()
      try await verifyOne(name, options, declared, withdrawing, start, &report, &state, progress)
    }
    try await blocking { try VerifyJournal.append(VerifyJournal.endLine, in: self.root) }
    return report
  }

  /// The files that this pass has still to read, oldest check first.
  private func namesToVerify(_ options: VerifyOptions, _ report: inout VerifyReport) async throws -> [ContentName] {
    let (now, subset) = (clock(), options.subset)
    let (names, foreign, before) = try await blocking {
      var present: [ContentName] = []
      var foreign: [String] = []
      foreign += try self.forEachFolder { listing in
        present += listing.names
        foreign += listing.foreign
      }
      var journal = try VerifyJournal.read(in: self.root)
      try journal.begin(subset, present: present.map(\.digest), at: now, in: self.root)
      let inDoubt = options.withdrawsBadFiles ? try self.digestsInDoubt() : []
      let wanted = present.filter { subset.contains($0.digest) || inDoubt.contains($0.digest) }
      let never = Timestamp(ticks: 0)
      let dated = wanted.map { (name: $0, time: journal.checked[$0.digest] ?? never) }
      let due = dated.filter { !journal.checkedInPass.contains($0.name.digest) || inDoubt.contains($0.name.digest) }
      let sorted = due.sorted { ($0.time, $0.name.digest) < ($1.time, $1.name.digest) }
      return (sorted.map(\.name), foreign, wanted.count - due.count)
    }
    report.addForeign(foreign)
    report.filesCheckedBefore = before
    return names
  }

  private func verifyOne(
    _ name: ContentName, _ options: VerifyOptions, _ declared: Declaration, _ withdrawing: Withdrawal,
    _ start: ContinuousClock.Instant, _ report: inout VerifyReport, _ state: inout VerifyProgress,
    _ progress: @Sendable (VerifyProgress) -> Void
  ) async throws {
    let expected = try await declared(name.digest)
    var read: Int64 = 0
    let problem: ContentStoreError?
    do {
      problem = try await check(name.digest, hint: name.fileExtension, declared: expected) { count in
        read += count
        state.bytes += count
        progress(state)
        if let rate = options.bytesPerSecond, rate > 0 {
          try await Task.sleep(until: start + .seconds(Double(state.bytes) / Double(rate)), clock: .continuous)
        }
      }
    } catch ContentStoreError.notFound {
      return  // It went since the list was made.
    }
    report.files += 1
    report.bytes += read
    state.files += 1
    if let problem {
      if options.withdrawsBadFiles { try await withdraw(name, because: problem, telling: withdrawing) }
      report.bad.append(BadFile(name: name, problem: problem, isWithdrawn: options.withdrawsBadFiles))
      state.badFiles += 1
    } else {
      let line = VerifyJournal.checkedLine(name.digest, clock())
      try await blocking {
        try self.clearDoubt(name.digest)
        try VerifyJournal.append(line, in: self.root)
      }
    }
    progress(state)
  }

  private func check(
    _ digest: FileDigest, hint: String?, declared: ContentFile?, read: (Int64) async throws -> Void
  ) async throws -> ContentStoreError? {
    let check = try await blocking { try FileCheck(self.open(digest, fileExtension: hint)) }
    var offset: Int64 = 0
    while true {
      let from = offset
      let count = try await blocking { try check.readTurn(at: from) }
      offset += count
      try await read(count)
      if count < FileCheck.turnSize { break }
      try Task.checkCancellation()
    }
    let length = offset
    return try await blocking { try check.verdict(declared: declared, length: length) }
  }
}
