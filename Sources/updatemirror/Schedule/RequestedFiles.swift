import Catalog
import Logging
import Mirror
import Platform
import ServiceLifecycle

/// Fetches, beside the server, the files that downstream servers ask for with DownloadFiles, and those that serving
/// found to be gone (MS-WSUSSS 3.1.4.11, SSS-236, SSS-241; docs/synchronization.md).
///
/// Nobody waits for it: whoever asked comes back for the file. What fails is in the catalogue, with its reason, and is
/// tried again after a growing pause.
struct RequestedFiles: Service {
  let site: Site
  let turn: SyncTurn

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
    await withTaskGroup(of: Void.self) { group in
      group.addTask { for await _ in requests { wake.yield() } }
      group.addTask {
        var pacing = RequestPacing()
        var timer: Task<Void, Never>?
        for await _ in wakes {
          timer?.cancel()
          timer = await fetch(&pacing).map { Self.timer($0, wake) }
        }
        timer?.cancel()
      }
    }
  }

  private static func timer(_ seconds: Double, _ wake: AsyncStream<Void>.Continuation) -> Task<Void, Never> {
    Task {
      do { try await Task.sleep(for: .seconds(seconds)) } catch { return }
      wake.yield()
    }
  }

  /// One try at everything that was asked for.
  ///
  /// - Returns: seconds until the next try; nil when there is nothing to wait for.
  private func fetch(_ pacing: inout RequestPacing) async -> Double? {
    do {
      let missing = try await site.catalog.wantedTotals(policy).files
      guard missing > 0 else { return pacing.pause(fetched: 0, missing: 0) }
      let report = try await turn.run { try await site.fetchRequested() }
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
