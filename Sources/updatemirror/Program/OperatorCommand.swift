import ArgumentParser

/// A command that ends with one of the documented exit statuses.
protocol OperatorCommand: AsyncParsableCommand {
  /// Megabytes go from thread to thread: ``Allocator/shareOneArena()``.
  static var usesOneArena: Bool { get }

  /// Does the work. Results go to standard output, everything else to standard error.
  func execute() async throws -> ProgramStatus
}

extension OperatorCommand {
  static var usesOneArena: Bool { false }

  func run() async throws {
    let status = try await execute()
    if status != .done { throw ExitCode(status.rawValue) }
  }
}

/// An example for the end of a command's `--help`.
func example(_ lines: String...) -> String {
  (["Example:"] + lines.map { "  " + $0 }).joined(separator: "\n")
}
