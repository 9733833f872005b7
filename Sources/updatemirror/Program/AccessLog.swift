import Dispatch
import Logging
import Synchronization
import UpdateServer

/// Writes a line for each answered request, on a queue of its own: who answers requests never waits for the log.
final class AccessLog: Sendable {
  /// Which requests leave a line.
  enum Scope: String, CaseIterable, Sendable {
    case none, errors, all
  }

  /// Lines that wait while standard error takes none; further ones are counted and dropped.
  static let capacity = 10_000

  private let scope: Scope
  private let logger: Logger
  private let queue = DispatchQueue(label: "access log")
  private let waiting = Mutex((lines: 0, dropped: 0))

  init(scope: Scope, logger: Logger) {
    self.scope = scope
    self.logger = logger
  }

  func record(_ request: AnsweredRequest) {
    guard isWanted(request) else { return }
    let isTaken = waiting.withLock { waiting in
      guard waiting.lines < Self.capacity else {
        waiting.dropped += 1
        return false
      }
      waiting.lines += 1
      return true
    }
    if isTaken { queue.async { [self] in write(request) } }
  }

  private func isWanted(_ request: AnsweredRequest) -> Bool {
    switch scope {
    case .none: false
    case .errors: request.status >= 400
    case .all: true
    }
  }

  private func write(_ request: AnsweredRequest) {
    logger.info("\(request.method) \(request.path)", metadata: Self.fields(request))
    let dropped = waiting.withLock { waiting in
      waiting.lines -= 1
      defer { waiting.dropped = 0 }
      return waiting.dropped
    }
    if dropped > 0 { logger.warning("lines were dropped", metadata: ["count": "\(dropped)"]) }
  }

  static func fields(_ request: AnsweredRequest) -> Logger.Metadata {
    let milliseconds = (request.duration / .milliseconds(1)).rounded()
    var fields: Logger.Metadata = [
      "address": "\(request.address)", "bytes": "\(request.bytes)", "kind": "\(request.kind.rawValue)",
      "milliseconds": "\(Int(milliseconds))", "status": "\(request.status)",
    ]
    if let operation = request.operation { fields["operation"] = "\(operation)" }
    return fields
  }
}
