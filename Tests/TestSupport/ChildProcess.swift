public import Foundation
import Glibc
import Synchronization

/// A program beside the test, started with `posix_spawn`. It gets no descriptor but the three named here.
///
/// Foundation's `Process` reads past a directory entry when it starts a program, which ends a test run under the
/// address sanitizer.
public final class ChildProcess: Sendable {
  public enum Ending: Sendable, Equatable {
    case exited(Int32)
    case signalled(Int32)
  }

  public struct NotStarted: Error {
    let program: String
    let reason: String
  }

  public let processID: pid_t
  private let ending = Watched<Ending?>(nil)
  /// Held while a signal is sent, so that none reaches a process that got the number of one already reaped.
  private let isReaped = Mutex(false)
  private let end = DispatchGroup()

  /// - Parameters:
  ///   - program: a path, or a name that is looked up in `PATH`.
  ///   - environment: nil for the one of the test.
  ///   - input: nil for `/dev/null`, as for the other two.
  public init(
    _ program: String, _ arguments: [String], environment: [String: String]? = nil, input: FileHandle? = nil,
    output: FileHandle? = nil, errors: FileHandle? = nil
  ) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (target, handle) in [(0, input), (1, output), (2, errors)] as [(Int32, FileHandle?)] {
      if let handle {
        posix_spawn_file_actions_adddup2(&actions, handle.fileDescriptor, target)
      } else {
        posix_spawn_file_actions_addopen(&actions, target, "/dev/null", O_RDWR, 0)
      }
    }
    // Closing what is not open is no failure here; a test opens no more.
    for descriptor in Int32(3)..<1_024 { posix_spawn_file_actions_addclose(&actions, descriptor) }
    let variables = (environment ?? ProcessInfo.processInfo.environment).map { "\($0.key)=\($0.value)" }
    var number: pid_t = 0
    let failure = Self.withCStrings([program] + arguments) { words in
      Self.withCStrings(variables) { posix_spawnp(&number, program, &actions, nil, words, $0) }
    }
    guard failure == 0 else { throw NotStarted(program: program, reason: String(cString: strerror(failure))) }
    processID = number
    end.enter()
    Thread.detachNewThread { [self] in reap() }
  }

  public var isRunning: Bool { ending.value == nil }

  public func send(_ signal: Int32) {
    isReaped.withLock { if !$0 { _ = kill(processID, signal) } }
  }

  /// Cancelling the task, as the time limit of a test does, kills the program.
  public func ended() async -> Ending {
    await withTaskCancellationHandler {
      if let ending = await ending.value(where: { $0 != nil }) { return ending }
      return waitUntilExit()
    } onCancel: {
      send(SIGKILL)
    }
  }

  /// Blocks the calling thread until the program is gone.
  public func waitUntilExit() -> Ending {
    end.wait()
    return ending.value ?? .exited(0)
  }

  /// For `input`, `output` and `errors`: close your copy of the child's end after the start.
  public static func pipe() throws -> (reading: FileHandle, writing: FileHandle) {
    var ends: [Int32] = [0, 0]
    guard Glibc.pipe(&ends) == 0 else {
      throw NotStarted(program: "pipe", reason: String(cString: strerror(errno)))
    }
    return (
      FileHandle(fileDescriptor: ends[0], closeOnDealloc: true),
      FileHandle(fileDescriptor: ends[1], closeOnDealloc: true)
    )
  }

  /// Runs a program to its end.
  public static func run(_ program: String, _ arguments: [String]) throws -> (
    ending: Ending, output: Data, errors: String
  ) {
    let folder = try TemporaryDirectory()
    let (reading, writing) = try pipe()
    let errorFile = try folder.write([], to: "errors")
    let errors = try FileHandle(forWritingTo: URL(fileURLWithPath: errorFile))
    let child = try ChildProcess(program, arguments, output: writing, errors: errors)
    try writing.close()
    let output = try reading.readToEnd() ?? Data()
    let ending = child.waitUntilExit()
    return (ending, output, try String(contentsOfFile: errorFile, encoding: .utf8))
  }

  /// Waits without taking the number away, then takes it away under the lock.
  private func reap() {
    var facts = siginfo_t()
    while waitid(P_PID, id_t(processID), &facts, WEXITED | WNOWAIT) != 0, errno == EINTR {}
    var status: Int32 = 0
    isReaped.withLock { isReaped in
      while waitpid(processID, &status, 0) < 0, errno == EINTR {}
      isReaped = true
    }
    let signal = status & 0x7F
    let result = signal == 0 ? Ending.exited((status >> 8) & 0xFF) : .signalled(signal)
    ending.update { $0 = result }
    end.leave()
  }

  private static func withCStrings<Result>(
    _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
  ) -> Result {
    let pointers = texts.map { strdup($0) }
    defer { pointers.forEach { free($0) } }
    return body(pointers + [nil])
  }
}
