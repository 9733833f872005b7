import Catalog
import Logging
import Mirror
import Platform
import ServiceLifecycle
import UpdateModel

/// Starts runs by the schedule, beside the server.
///
/// Asks the history before each decision: a run by hand counts, and a run that another process is doing puts this
/// one off.
struct ScheduledSync: Service {
  let site: Site
  let schedule: SyncSchedule
  let turn: SyncTurn
  var clock: @Sendable () -> Timestamp = SystemClock.now

  /// Seconds until a run that another process put off is tried again; also how often the history is read.
  private static let pause: Double = 60

  func run() async throws {
    await cancelWhenGracefulShutdown { await follow() }
    // A schedule that ends leaves the server running: this service ends with the others.
    try await gracefulShutdown()
  }

  private func follow() async {
    let start = clock()
    var unrecorded: [SyncSchedule.PastRun] = []
    var told: Timestamp?
    while !Task.isCancelled {
      guard let next = await next(since: start, unrecorded) else { return }
      let pause = next.at.seconds(since: clock())
      if pause > 0, told != next.at {
        told = next.at
        let retry = next.retry > 0 ? ", retry \(next.retry)" : ""
        site.logger.info("sync: next run at \(Quantity.moment(next.at.description))\(retry)")
      }
      guard pause <= 0 else {
        await sleep(min(pause, Self.pause))
        continue
      }
      switch await once() {
      case .done: unrecorded = []
      case .failed(let run): unrecorded = [run] + unrecorded.prefix(20)
      case .putOff: await sleep(Self.pause)
      }
    }
  }

  private func sleep(_ seconds: Double) async {
    do { try await Task.sleep(for: .seconds(seconds)) } catch { return }
  }

  private func next(since start: Timestamp, _ unrecorded: [SyncSchedule.PastRun]) async -> SyncSchedule.Next? {
    var history = unrecorded
    do { history += try await site.pastRuns() } catch {
      site.logger.error("sync: the history cannot be read: \(error)")
    }
    history.sort { $0.began > $1.began }
    return schedule.next(now: clock(), history: history, since: start)
  }

  private enum Outcome {
    case done
    case failed(SyncSchedule.PastRun)
    case putOff
  }

  /// One run. Its error is in the history and the log; the schedule tries again.
  private func once() async -> Outcome {
    let began = clock()
    do {
      let report = try await turn.run { try await site.sync(.all) { _ in } }
      let missing = report.content?.missingCount ?? 0
      site.logger.notice(
        "sync: \(report.newRevisions) new revisions, \(report.content?.fetchedFiles ?? 0) files fetched, \(missing) missing"
      )
      return .done
    } catch FileLockError.held {
      site.logger.notice("sync: put off: another run holds the lock")
      return .putOff
    } catch is CancellationError {
      site.logger.notice("sync: stopped; the next run continues")
      return .done
    } catch {
      let words = Failure(error).message
      site.logger.error("\(words.hasPrefix("sync: ") ? words : "sync: \(words)")")
      return await failed(began)
    }
  }

  /// Most failures have a row in the history; the others are remembered here, lest they be repeated without a pause.
  private func failed(_ began: Timestamp) async -> Outcome {
    let newest = (try? await site.pastRuns())?.first
    if let newest, newest.began >= began { return .done }
    return .failed(SyncSchedule.PastRun(began: began, ended: clock(), isFailed: true))
  }
}
