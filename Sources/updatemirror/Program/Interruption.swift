import Dispatch
import Foundation
import Synchronization

/// Runs work that SIGINT and SIGTERM end cleanly.
enum Interruption {
  /// Cancels `work` at the first signal; a second one ends the process at once, which is
  /// safe: every state on disk survives it.
  ///
  /// - Throws: `CancellationError` after a signal, whatever `work` threw.
  static func run<T: Sendable>(_ work: @escaping @Sendable () async throws -> T) async throws -> T {
    let task = Task { try await work() }
    let signals = Signals { task.cancel() }
    defer { signals.stop() }
    do {
      return try await task.value
    } catch {
      throw signals.wereReceived ? CancellationError() : error
    }
  }
}

/// Calls back for every SIGHUP.
final class ReloadSignal: Sendable {
  // Set once; a dispatch source may be cancelled from any thread.
  nonisolated(unsafe) private let source: any DispatchSourceSignal

  init(_ reload: @escaping @Sendable () async -> Void) {
    signal(SIGHUP, SIG_IGN)
    source = DispatchSource.makeSignalSource(signal: SIGHUP, queue: DispatchQueue(label: "reload"))
    source.setEventHandler { Task { await reload() } }
    source.resume()
  }

  func stop() {
    source.cancel()
    signal(SIGHUP, SIG_DFL)
  }
}

/// Watches SIGINT and SIGTERM.
final class Signals: Sendable {
  private let counter = Counter()
  // Set once; dispatch sources may be cancelled from any thread.
  nonisolated(unsafe) private let sources: [any DispatchSourceSignal]
  private static let numbers = [SIGINT, SIGTERM]

  /// - Parameter onFirst: called once, on a queue of its own.
  init(onFirst: @escaping @Sendable () -> Void) {
    let queue = DispatchQueue(label: "signals")
    sources = Self.numbers.map { [counter] number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler {
        if counter.next() == 1 { onFirst() } else { _exit(ProgramStatus.interrupted.rawValue) }
      }
      source.resume()
      return source
    }
  }

  var wereReceived: Bool { counter.value > 0 }

  /// Gives the signals back to the system.
  func stop() {
    for source in sources { source.cancel() }
    for number in Self.numbers { signal(number, SIG_DFL) }
  }

  private final class Counter: Sendable {
    private let count = Mutex(0)

    var value: Int { count.withLock { $0 } }

    func next() -> Int {
      count.withLock { count in
        count += 1
        return count
      }
    }
  }
}
