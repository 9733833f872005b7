import Foundation
import Synchronization

/// The built program, run as a process of its own.
struct ProgramUnderTest {
  struct Ended {
    let status: Int32
    let output: String
    let errors: String
  }

  /// Stands beside the test bundle.
  static let path: String = {
    let test = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return URL(fileURLWithPath: test).deletingLastPathComponent().appendingPathComponent("updatemirror").path
  }()

  /// Runs to the end.
  static func run(_ arguments: String..., environment: [String: String] = [:]) async throws -> Ended {
    let program = try RunningProgram(arguments, environment: environment)
    return await program.ended()
  }
}

/// A program that is running; its standard error can be followed.
final class RunningProgram: Sendable {
  private let process: Process
  private let exit: AsyncStream<Int32>
  private let lines: AsyncStream<String>
  private let errors = LineBuffer()
  private let outputFile: String

  init(_ arguments: [String], environment: [String: String] = [:]) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: ProgramUnderTest.path)
    process.arguments = arguments
    process.environment = ["PATH": "/usr/bin:/bin", "SWIFT_BACKTRACE": "enable=no"].merging(environment) { $1 }
    outputFile = FileManager.default.temporaryDirectory.appendingPathComponent("um-out-\(UUID().uuidString)").path
    _ = FileManager.default.createFile(atPath: outputFile, contents: nil)
    process.standardOutput = FileHandle(forWritingAtPath: outputFile)
    process.standardInput = FileHandle.nullDevice
    let pipe = Pipe()
    process.standardError = pipe
    let (lines, line) = AsyncStream<String>.makeStream()
    let (exit, status) = AsyncStream<Int32>.makeStream()
    self.lines = lines
    self.exit = exit
    self.process = process
    // A thread of its own: a handler would leave a closed descriptor to the dispatch queues.
    let reading = pipe.fileHandleForReading
    Thread.detachNewThread { [errors] in
      while case let data = reading.availableData, !data.isEmpty {
        for text in errors.take(data) { line.yield(text) }
      }
      line.finish()
    }
    process.terminationHandler = { process in
      status.yield(process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus)
      status.finish()
    }
    try process.run()
  }

  /// Waits for a line of standard error that contains `text`; nil when the program ended before.
  func line(containing text: String) async -> String? {
    for await line in lines where line.contains(text) { return line }
    return nil
  }

  func interrupt() { process.interrupt() }
  func terminate() { process.terminate() }

  func ended() async -> ProgramUnderTest.Ended {
    for await _ in lines {}
    var status: Int32 = .min
    for await number in exit { status = number }
    let output = (try? String(contentsOfFile: outputFile, encoding: .utf8)) ?? ""
    try? FileManager.default.removeItem(atPath: outputFile)
    return ProgramUnderTest.Ended(status: status, output: output, errors: errors.text)
  }
}

/// Text that arrives in pieces.
private final class LineBuffer: Sendable {
  private struct Content {
    var all = ""
    var rest: [UInt8] = []
  }

  private let content = Mutex(Content())

  var text: String { content.withLock { $0.all } }

  /// - Returns: the lines that `data` completes.
  func take(_ data: Data) -> [String] {
    content.withLock { content in
      content.all += String(decoding: data, as: UTF8.self)
      content.rest += data
      var lines: [String] = []
      while let end = content.rest.firstIndex(of: 0x0A) {
        lines.append(String(decoding: content.rest[..<end], as: UTF8.self))
        content.rest.removeFirst(end + 1)
      }
      return lines
    }
  }
}

/// A folder that goes with the value.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("um-test-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
