import Foundation
import TestSupport
import Testing

@testable import updatemirror

/// A state directory that tests of archives work on through the program.
struct ArchiveSite: Sendable {
  let state: String

  /// Made by `updatemirror init`.
  init(_ state: String, _ options: String...) async throws {
    self.state = state
    let name = (state as NSString).lastPathComponent
    try await expect(.done, ["init", "--name", "\(name).example.org", "--set", "content.min-free=0"] + options)
  }

  func run(_ arguments: [String]) async throws -> ProgramRun.Outcome {
    try await ProgramRun(arguments + ["--state", state]).ended()
  }

  @discardableResult
  func expect(
    _ status: ProgramStatus, _ arguments: [String], _ place: SourceLocation = #_sourceLocation
  ) async throws -> ProgramRun.Outcome {
    let outcome = try await run(arguments)
    #expect(outcome.status == status.rawValue, "\(arguments): \(outcome.words)", sourceLocation: place)
    return outcome
  }

  @discardableResult
  func expect(
    _ status: ProgramStatus, _ arguments: String..., place: SourceLocation = #_sourceLocation
  ) async throws -> ProgramRun.Outcome {
    try await expect(status, arguments, place)
  }

  func json(
    _ status: ProgramStatus, _ arguments: String..., place: SourceLocation = #_sourceLocation
  ) async throws -> [String: Any] {
    let outcome = try await expect(status, arguments + ["--json"], place)
    return try outcome.json
  }

  /// Every line of the audit log.
  func audit() throws -> [[String: Any]] {
    try String(contentsOfFile: state + "/audit.log", encoding: .utf8).split(separator: "\n").map { line in
      try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
    }
  }

  func auditActions() throws -> [String] { try audit().compactMap { $0["action"] as? String } }

  /// Trusts the only key of another site, as its operator would.
  func trust(_ other: ArchiveSite, key: String, for scope: String = "archives") async throws {
    let certificate = try await other.expect(.done, "keys", "certificate", key).output
    let file = "\(state).\(key).pem"
    try Data(certificate.utf8).write(to: URL(fileURLWithPath: file))
    try await expect(.done, "keys", "trust", file, "--for", scope, "--yes")
  }
}
