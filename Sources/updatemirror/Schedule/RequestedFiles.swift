import Catalog
import Logging
import Mirror
import Platform
import ServiceLifecycle
import Synchronization

/// Fetches, beside the server, the files that downstream servers ask for with DownloadFiles, and those that serving
/// found to be gone (MS-WSUSSS 3.1.4.11, SSS-236, SSS-241; docs/synchronization.md).
///
/// Nobody waits for it: whoever asked comes back for the file. What fails is in the catalogue, with its reason, and is
/// tried again after a growing pause.
struct RequestedFiles: Service {
  let site: Site
  let turn: SyncTurn

  /// How often the catalogue is asked whether another process wants files, as `content verify` does.
  private static let pause: Double = 10

  func run() async throws {
    // Listens before it looks, so that no request falls between.
    let requests = site.catalog.fileRequests()
    await cancelWhenGracefulShutdown { await work(requests) }
    try await gracefulShutdown()
  }

  private func work(_ requests: AsyncStream<Void>) async {
    let (wakes, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    // What was asked for before this process began.
    wake.yield()
    let missing = MissingCount()
    await withTaskGroup(of: Void.self) { group in
      group.addTask { for await _ in requests { wake.yield() } }
      group.addTask {
        while await Self.sleep(Self.pause) {
          if await hasMore(than: missing) { wake.yield() }
        }
      }
      group.addTask {
        var pacing = RequestPacing()
        var timer: Task<Void, Never>?
        for await _ in wakes {
          timer?.cancel()
          timer = await fetch(&pacing, missing).map { Self.timer($0, wake) }
        }
        timer?.cancel()
      }
    }
  }

  private static func timer(_ seconds: Double, _ wake: AsyncStream<Void>.Continuation) -> Task<Void, Never> {
    Task { if await sleep(seconds) { wake.yield() } }
  }

  /// - Returns: false when the task is cancelled.
  private static func sleep(_ seconds: Double) async -> Bool {
    do { try await Task.sleep(for: .seconds(seconds)) } catch { return false }
    return true
  }

  /// Whether more files are missing than when somebody looked last.
  private func hasMore(than known: MissingCount) async -> Bool {
    do {
      let missing = try await site.catalog.wantedTotals(policy).files
      return known.exchange(missing) < missing
    } catch {
      site.logger.warning("requested files: \(Failure(error).message)")
      return false
    }
  }

  /// One try at everything that was asked for.
  ///
  /// - Returns: seconds until the next try; nil when there is nothing to wait for.
  private func fetch(_ pacing: inout RequestPacing, _ known: MissingCount) async -> Double? {
    do {
      let missing = try await site.catalog.wantedTotals(policy).files
      _ = known.exchange(missing)
      guard missing > 0 else { return pacing.pause(fetched: 0, missing: 0) }
      let report = try await turn.run { try await site.fetchRequested() }
      _ = known.exchange(report.missingCount)
      site.logger.info("requested files: \(report.fetchedFiles) fetched, \(report.missingCount) still missing")
      return pacing.pause(fetched: report.fetchedFiles, missing: report.missingCount)
    } catch is CancellationError {
      return nil
    } catch FileLockError.held {
      return RequestPacing.whenLocked
    } catch {
      site.logger.warning("requested files: \(Failure(error).message)")
      return pacing.pause(fetched: 0, missing: 1)
    }
  }

  private var policy: ContentPolicy {
    var policy = site.contentPolicy
    policy.isRequestedOnly = true
    return policy
  }
}

/// How many requested files were missing when somebody looked last.
private final class MissingCount: Sendable {
  private let count = Mutex(0)

  /// - Returns: the count before.
  func exchange(_ new: Int) -> Int {
    count.withLock { count in
      defer { count = new }
      return count
    }
  }
}
