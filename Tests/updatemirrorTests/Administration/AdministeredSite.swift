import Catalog
import Foundation
import Platform
import TestSupport
import Testing
import UpdateModel

@testable import updatemirror

/// A site with a generated catalogue, and the program to administer it with.
struct AdministeredSite {
  let folder: TemporaryDirectory
  var state: String { folder.path("state") }

  /// Nothing is made yet.
  init(folder: TemporaryDirectory) { self.folder = folder }

  init(approvals: Int = 0) async throws {
    folder = try TemporaryDirectory()
    #expect(try await run("init").status == 0)
    let generated = try await run(
      "generate", "--revisions", "1000", "--seed", "7", "--no-content", "--approvals", "\(approvals)", "--no-progress")
    #expect(generated.status == 0, "\(generated.words)")
  }

  func run(_ arguments: String...) async throws -> ProgramRun.Outcome {
    try await ProgramRun(arguments + ["--state", state]).ended()
  }

  /// The answer of a command that must end with status 0 and documented fields.
  func json(_ arguments: String...) async throws -> [String: Any] { try await json(arguments) }

  /// A list of the answer.
  func rows(_ name: String, _ arguments: String...) async throws -> [[String: Any]] {
    try await json(arguments)[name] as? [[String: Any]] ?? []
  }

  private func json(_ arguments: [String]) async throws -> [String: Any] {
    let outcome = try await ProgramRun(arguments + ["--state", state, "--json"]).ended()
    #expect(outcome.status == 0, "\(arguments): \(outcome.words)")
    let answer = try outcome.json
    let manual = try PackageRoot.text("docs/manual.md")
    for field in Self.fields(answer) {
      #expect(manual.contains("`\(field)`"), "\(arguments): \(field) is not in docs/manual.md")
    }
    return answer
  }

  private static func fields(_ value: Any) -> Set<String> {
    switch value {
    case let object as [String: Any]: Set(object.keys).union(object.values.flatMap(fields))
    case let items as [Any]: Set(items.flatMap(fields))
    default: []
    }
  }

  /// Works on the catalogue beside the program.
  func withCatalog<T>(_ work: (Catalog) async throws -> T) async throws -> T {
    let catalog = try await Catalog.open(path: state + "/catalog.sqlite", clock: SystemClock.now)
    let result = try await work(catalog)
    try catalog.close()
    return result
  }

  /// Updates that can be approved on their own, the oldest first.
  func updates(limit: Int = 1_000) async throws -> [UpdateRow] {
    try await withCatalog { catalog in
      var query = UpdateQuery()
      query.limit = limit
      return try await catalog.updates(query)
    }
  }

  func audit() throws -> [[String: Any]] {
    guard let text = try? String(contentsOfFile: state + "/audit.log", encoding: .utf8) else { return [] }
    return try text.split(separator: "\n").map { line in
      try JSONSerialization.jsonObject(with: Foundation.Data(line.utf8)) as? [String: Any] ?? [:]
    }
  }
}
