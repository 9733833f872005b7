import ArgumentParser
import Foundation
import Platform

/// The process: locale, signals that must not kill it, arguments, exit status.
@main @MainActor
enum Program {
  static func main() async {
    // libarchive reads names by the locale (non-ASCII names fail in "C"); messages stay English.
    setlocale(LC_CTYPE, "C.UTF-8")
    // A closed socket or pipe is an error of the write, not the end of the program.
    signal(SIGPIPE, SIG_IGN)
    let status = await run(Array(CommandLine.arguments.dropFirst()))
    exit(status)
  }

  /// Parses and runs one command.
  ///
  /// - Returns: the exit status of the process.
  static func run(_ arguments: [String]) async -> Int32 {
    var isParsed = false
    do {
      var command = try UpdateMirror.parseAsRoot(arguments)
      isParsed = true
      // Before there is a second thread: each brings an arena.
      if let operation = type(of: command) as? any OperatorCommand.Type, operation.usesOneArena {
        Allocator.shareOneArena()
      }
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
      return ProgramStatus.done.rawValue
    } catch {
      return report(error, isParsed: isParsed)
    }
  }

  private static func report(_ error: any Error, isParsed: Bool) -> Int32 {
    if let code = error as? ExitCode { return code.rawValue }
    // A clean exit is help or a completion script, asked for.
    if error is CleanExit || UpdateMirror.exitCode(for: error) == .success {
      print(UpdateMirror.fullMessage(for: error))
      return ProgramStatus.done.rawValue
    }
    if isParsed, !(error is ValidationError) {
      let failure = Failure(error)
      StandardError.write(failure.text)
      return failure.status.rawValue
    }
    StandardError.write("updatemirror: " + usageText(error))
    return ProgramStatus.usage.rawValue
  }

  /// The parser's message without its own prefix.
  private static func usageText(_ error: any Error) -> String {
    let text = UpdateMirror.fullMessage(for: error)
    return text.hasPrefix("Error: ") ? String(text.dropFirst("Error: ".count)) : text
  }
}
