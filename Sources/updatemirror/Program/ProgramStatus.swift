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
}
