import Foundation
import Synchronization
import TestSupport

/// A running `updatemirror`. Its output goes to files, so that nobody has to read along.
final class Child: Sendable {
  struct Outcome: Sendable {
    /// The exit status; nil when a signal ended the process.
    let status: Int32?
    let signal: Int32?
    let output: String
    let errors: String

    /// Standard output as JSON.
    var json: [String: Any] {
      get throws {
        let value = try JSONSerialization.jsonObject(with: Data(output.utf8))
        return value as? [String: Any] ?? [:]
      }
    }

    var words: String { "status \(status ?? -1), signal \(signal ?? 0)\n\(output)\n\(errors)" }
  }

  let processID: pid_t
  private let folder: TemporaryDirectory
  private let outcome = Watched<Outcome?>(nil)

  /// - Parameters:
  ///   - shell: words for `sh -c` that run before the program takes the shell's place, as `ulimit -f 100`.
  init(_ arguments: [String], environment: [String: String] = [:], shell: String? = nil) throws {
    let binary = try Binary.path.get()
    folder = try TemporaryDirectory()
    let process = Process()
    if let shell {
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      process.arguments = ["-c", shell + "; exec \"$0\" \"$@\"", binary] + arguments
    } else {
      process.executableURL = URL(fileURLWithPath: binary)
      process.arguments = arguments
    }
    process.environment = Self.environment.merging(environment) { $1 }
    let (outputPath, errorPath) = (folder.path("out"), folder.path("err"))
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try Self.file(outputPath)
    process.standardError = try Self.file(errorPath)
    process.terminationHandler = { [outcome] process in
      let isSignal = process.terminationReason == .uncaughtSignal
      let number = process.terminationStatus
      let ended = Outcome(
        status: isSignal ? nil : number, signal: isSignal ? number : nil, output: Self.text(outputPath),
        errors: Self.text(errorPath))
      outcome.update { $0 = ended }
    }
    try process.run()
    processID = process.processIdentifier
  }

  func send(_ signal: Int32) { kill(processID, signal) }

  var isRunning: Bool { outcome.value == nil }

  func ended() async -> Outcome {
    await outcome.value { $0 != nil } ?? Outcome(status: nil, signal: nil, output: "", errors: "")
  }

  /// Waits until standard error has a line with these words.
  ///
  /// - Returns: the line; nil when the process ends without it.
  func line(containing words: String) async throws -> String? {
    while true {
      let isOver = !isRunning
      let lines = Self.text(folder.path("err")).split(separator: "\n", omittingEmptySubsequences: false)
      // The last piece may still grow.
      if let line = lines.dropLast().first(where: { $0.contains(words) }) { return String(line) }
      if isOver { return nil }
      try await Task.sleep(for: .milliseconds(5))
    }
  }

  deinit { if isRunning { kill(processID, SIGKILL) } }

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
