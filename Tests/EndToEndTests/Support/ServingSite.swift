import Foundation
import TestSupport
import Testing

/// A DSS that is also a USS: `updatemirror serve` runs on its state until the body has ended.
extension DownstreamSite {
  /// - Parameter fetches: the server also fetches what is asked for, and follows the schedule.
  func serving(fetches: Bool = false, _ body: @Sendable (Int) async throws -> Void) async throws {
    let child = try start(["serve", "--host", "127.0.0.1", "--port", "0"] + (fetches ? [] : ["--no-schedule"]))
    try await child.whileServing(body)
  }
}

extension ProgramRun {
  /// Hands the port of a run of `serve` to the body, then ends it gracefully.
  func whileServing(_ body: @Sendable (Int) async throws -> Void) async throws {
    let line = try await line(containing: "serving ")
    let port = line.flatMap { $0.split(separator: ":").last }.flatMap { Int($0.prefix { $0.isNumber }) }
    guard let port else {
      Issue.record("serve did not say its port: \(await ended().words)")
      return
    }
    do { try await body(port) } catch {
      send(SIGTERM)
      _ = await ended()
      throw error
    }
    send(SIGTERM)
    let outcome = await ended()
    #expect(outcome.status == 0, "serve stops gracefully: \(outcome.words)")
  }
}
