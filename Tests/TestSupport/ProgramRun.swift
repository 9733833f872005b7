public import Foundation

/// A run of `updatemirror`: the program beside the test bundle, or the one `UPDATEMIRROR_BINARY` names. Its output goes
/// to files, so that nobody has to read along.
public final class ProgramRun: Sendable {
  public struct Outcome: Sendable {
    /// The exit status; nil when a signal ended the process.
    public let status: Int32?
    public let signal: Int32?
    public let output: String
    public let errors: String

    /// Standard output as JSON.
    public var json: [String: Any] {
      get throws {
        let value = try JSONSerialization.jsonObject(with: Data(output.utf8))
        return value as? [String: Any] ?? [:]
      }
    }

    public var words: String { "status \(status ?? -1), signal \(signal ?? 0)\n\(output)\n\(errors)" }
  }

  /// Where the built program is.
  public static let program: String = {
    if let named = ProcessInfo.processInfo.environment["UPDATEMIRROR_BINARY"] { return named }
    let test = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return URL(fileURLWithPath: test).deletingLastPathComponent().appendingPathComponent("updatemirror").path
  }()

  private let child: ChildProcess
  private let folder: TemporaryDirectory

  /// - Parameters:
  ///   - environment: added to that of the test.
  ///   - shell: words for `sh -c` that run before the program takes the shell's place, as `ulimit -f 100`.
  public init(_ arguments: [String], environment: [String: String] = [:], shell: String? = nil) throws {
    folder = try TemporaryDirectory()
    let command =
      shell.map { ["/bin/sh", "-c", $0 + "; exec \"$0\" \"$@\"", Self.program] + arguments }
      ?? [Self.program] + arguments
    child = try ChildProcess(
      command[0], Array(command.dropFirst()), environment: Self.environment.merging(environment) { $1 },
      output: Self.file(folder.path("out")), errors: Self.file(folder.path("err")))
  }

  /// Runs to the end.
  public static func toEnd(_ arguments: String..., environment: [String: String] = [:]) async throws -> Outcome {
    try await ProgramRun(arguments, environment: environment).ended()
  }

  public var processID: pid_t { child.processID }
  public var isRunning: Bool { child.isRunning }
  public func send(_ signal: Int32) { child.send(signal) }

  public func ended() async -> Outcome {
    let (output, errors) = (folder.path("out"), folder.path("err"))
    switch await child.ended() {
    case .exited(let status):
      return Outcome(status: status, signal: nil, output: Self.text(output), errors: Self.text(errors))
    case .signalled(let signal):
      return Outcome(status: nil, signal: signal, output: Self.text(output), errors: Self.text(errors))
    }
  }

  /// Waits until standard error has a line with these words.
  ///
  /// - Returns: the line; nil when the process ends without it.
  public func line(containing words: String) async throws -> String? {
    while true {
      let isOver = !isRunning
      let lines = Self.text(folder.path("err")).split(separator: "\n", omittingEmptySubsequences: false)
      // The last piece may still grow.
      if let line = lines.dropLast().first(where: { $0.contains(words) }) { return String(line) }
      if isOver { return nil }
      try await Task.sleep(for: .milliseconds(5))
    }
  }

  deinit { child.send(SIGKILL) }

  /// Nothing of the caller's own configuration.
  private static let environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("UPDATEMIRROR_") }
    .merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }

  private static func file(_ path: String) throws -> FileHandle {
    try Data().write(to: URL(fileURLWithPath: path))
    return try FileHandle(forWritingTo: URL(fileURLWithPath: path))
  }

  private static func text(_ path: String) -> String {
    String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
  }
}
