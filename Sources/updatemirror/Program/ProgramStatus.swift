/// The numbers that a run of `updatemirror` ends with, by what the operator should do next.
///
/// They are API: documented in docs/manual.md, never renumbered.
enum ProgramStatus: Int32, CaseIterable, Sendable {
  /// Nothing to do.
  case done = 0
  /// Read the message.
  case failed = 1
  /// Correct the command line or the configuration.
  case usage = 2
  /// Done, but files are missing or there are findings: read the list.
  case incomplete = 3
  /// Run `updatemirror init`, or name another `--state`.
  case noState = 10
  /// Wait for the other run.
  case locked = 11
  /// A signature or a trust decision refused the work.
  case refused = 12
  /// Interrupted; the next run continues.
  case interrupted = 130

  /// For the manual page.
  var meaning: String {
    switch self {
    case .done: "Done."
    case .failed: "Failed: read the message."
    case .usage: "The command line or the configuration is wrong."
    case .incomplete: "Done, but files are missing or there are findings: read the list."
    case .noState: "There is no state directory here: updatemirror init makes one."
    case .locked: "Another run holds the state directory: wait for it."
    case .refused: "A signature or a trust decision refused the work."
    case .interrupted: "Interrupted; the next run continues."
    }
  }
}
