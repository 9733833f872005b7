import Platform

/// Why a command ends without having done its work, in the words that the operator reads.
struct Failure: Error, Equatable {
  let status: ProgramStatus
  /// What, which, expected, found.
  let message: String
  /// What to do about it.
  let hint: String?

  init(_ status: ProgramStatus = .failed, _ message: String, hint: String? = nil) {
    self.status = status
    self.message = message
    self.hint = hint
  }

  /// Gives any error of a room its exit status and, where there is one, a hint.
  init(_ error: any Error) {
    switch error {
    case let failure as Failure:
      self = failure
    case let error as ConfigurationError:
      self.init(.usage, error.description, hint: error.hint)
    case let error as FileLockError:
      if case .held = error {
        self.init(.locked, error.description, hint: "wait for the other run, or stop it; nothing was changed")
      } else {
        self.init(.failed, error.description)
      }
    case is CancellationError:
      self.init(.interrupted, "interrupted", hint: "nothing is lost; the next run continues")
    case let error as SystemError where error.isNoSpace:
      self.init(.failed, error.description, hint: "make room on the disk; the next run continues")
    default:
      self.init(.failed, String(describing: error))
    }
  }

  /// `updatemirror: message`, then `hint: ...` on a line of its own.
  var text: String {
    "updatemirror: \(message)" + (hint.map { "\nhint: \($0)" } ?? "")
  }
}
