import ContentStore
import Transfer
import UpdateModel

/// Fetches one file into an ingest session: places, ranges, retries. Decisions are
/// ``ResponseDecision``'s and ``CandidateCursor``'s.
struct FileFetch: Sendable {
  let store: ContentStore
  let client: HTTPClient
  let locations: ContentLocations
  let options: ContentOptions
  let backoff: Backoff
  let meter: ContentMeter
  let stop: StopSignal
  let sleep: @Sendable (Double) async -> Void
  let seed: UInt64

  /// Progress that makes the count of tries begin again.
  private static let progressBytes: Int64 = 1 << 20
  /// The longest pause that a server can ask for, in seconds.
  private static let longestPause: Double = 300

  /// What one request led to.
  private enum Step {
    case complete
    case tryAgain(reason: String, after: Double?)
    case again
    case next(CandidateCursor.Outcome, reason: String)
    case refused(reason: String)
    case cancelled
  }

  func fetch(_ file: ContentFile, muURL: String?) async -> FileOutcome {
    var cursor = CandidateCursor(locations.candidates(for: file, muURL: muURL), isSecure: locations.upstream.isSecure)
    guard cursor.current != nil else {
      return .failed(reason: "no source: the USS has no content service and names no location", isUnreachable: false)
    }
    var lastMismatch = ""
    for _ in 0...max(0, options.maximumRefetches) {
      do {
        switch try await store.beginIngest(file) {
        case .present: return .present
        case .session(let session):
          var outcome = try await fill(session, &cursor)
          if case .notAtUpstream = outcome, !lastMismatch.isEmpty {
            // No other place has the file: back to the one that served the wrong bytes.
            cursor.rewind()
            outcome = try await fill(session, &cursor)
          }
          try await session.park()
          return outcome
        }
      } catch let error as ContentStoreError {
        switch error {
        case .digestMismatch, .sha256Mismatch, .lengthMismatch, .tooLong:
          lastMismatch = error.description
          cursor.moveOn()
        case .noSpace: return .noSpace(reason: error.description)
        default: return .failed(reason: error.description, isUnreachable: false)
        }
      } catch {
        return error is CancellationError ? .cancelled : .failed(reason: "\(error)", isUnreachable: false)
      }
    }
    return .failed(reason: lastMismatch, isUnreachable: false)
  }

  /// Brings the session to its end; it is parked by the caller.
  private func fill(_ session: IngestSession, _ cursor: inout CandidateCursor) async throws -> FileOutcome {
    var random = SeededRandom(seed: seed ^ UInt64(session.file.digest.bytes[19]) << 32)
    let resumed = await session.offset
    var attempt = 0
    meter.moved(session.file, offset: resumed, arrived: 0)
    while let candidate = cursor.current {
      if stop.isRaised || Task.isCancelled { return .cancelled }
      let before = await session.offset
      switch try await request(candidate, session) {
      case .complete:
        let stored = try await session.commit()
        return .stored(bytes: stored.size, resumed: min(resumed, stored.size))
      case .again: attempt += 1
      case .cancelled: return .cancelled
      case .next(let outcome, let reason):
        if cursor.advance(after: outcome) { continue }
        if outcome == .notFound {
          return locations.isCatalogOnly ? .failed(reason: reason, isUnreachable: false) : .notAtUpstream
        }
        cursor.rewind()
        guard await pause(&attempt, after: nil, &random) else { return .failed(reason: reason, isUnreachable: true) }
      case .refused(let reason): return .failed(reason: reason, isUnreachable: false)
      case .tryAgain(let reason, let after):
        if await session.offset - before >= Self.progressBytes { attempt = 0 }
        guard await pause(&attempt, after: after, &random) else { return .failed(reason: reason, isUnreachable: false) }
      }
      if attempt > backoff.retries {
        return .failed(reason: "the answers to ranges contradict each other", isUnreachable: false)
      }
    }
    return .notAtUpstream
  }

  /// - Returns: false when no try is left.
  private func pause(_ attempt: inout Int, after: Double?, _ random: inout SeededRandom) async -> Bool {
    guard let seconds = backoff.pause(attempt: attempt, fraction: random.fraction()) else { return false }
    attempt += 1
    let asked = min(after ?? 0, Self.longestPause)
    await stop.sleep { await sleep(max(seconds, asked)) }
    return true
  }

  private func request(_ candidate: ContentLocations.Candidate, _ session: IngestSession) async throws -> Step {
    let offset = await session.offset
    if offset > 0, offset == session.file.size { return .complete }
    let validator = await session.validator
    var request = HTTPRequest(url: candidate.url)
    // Without a validator nobody can say whether the bytes still belong together.
    let asked = ContentRequest(
      offset: validator == nil ? 0 : offset, size: session.file.size, validator: validator)
    if asked.offset > 0 { request.setRange(first: asked.offset, validator: validator) }
    let response: HTTPResponse
    do { response = try await client.execute(request) } catch { return Self.step(error) }
    let answer = ContentAnswer(response)
    switch ResponseDecision.decide(asked, answer) {
    case .append: return try await receive(response, session)
    case .restart:
      try await session.restart(validator: answer.validator, source: candidate.url)
      return try await receive(response, session)
    case .askAgainFromStart:
      try await session.restart(validator: nil)
      return .again
    case .verify: return .complete
    case .nextLocation: return .next(.notFound, reason: "HTTP status \(answer.status)")
    case .retry(let reason, let after): return .tryAgain(reason: reason, after: after)
    case .refuse(let reason): return .refused(reason: reason)
    }
  }

  private func receive(_ response: HTTPResponse, _ session: IngestSession) async throws -> Step {
    do {
      for try await chunk in response.body {
        if stop.isRaised { return .cancelled }
        try await session.append(chunk)
        meter.moved(session.file, offset: await session.offset, arrived: chunk.count)
      }
    } catch let error as TransferError { return Self.step(error) }
    let offset = await session.offset
    if let size = session.file.size, offset < size {
      return .tryAgain(reason: "expected \(size) bytes, received \(offset)", after: nil)
    }
    return .complete
  }

  private static func step(_ error: TransferError) -> Step {
    if case .cancelled = error { return .cancelled }
    if case .unreachable = error { return .next(.unreachable, reason: error.description) }
    if case .retry = error.reaction { return .tryAgain(reason: error.description, after: nil) }
    return .refused(reason: error.description)
  }
}

extension ContentAnswer {
  init(_ response: HTTPResponse) {
    self.init(
      status: response.status, contentRange: response.headers["Content-Range"],
      contentLength: response.contentLength, contentEncoding: response.headers["Content-Encoding"],
      entityTag: response.headers["ETag"], lastModified: response.headers["Last-Modified"],
      retryAfter: response.retryAfter.map { Double($0.components.seconds) })
  }
}
