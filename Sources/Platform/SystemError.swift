import Glibc
public import UpdateModel

/// A system call that failed: which call, on what, with the system's own words.
public struct SystemError: Error, Hashable, Sendable {
  /// The name of the call, as `fsync`.
  public let call: String
  /// The file or folder it was about.
  public let path: String
  /// The `errno` value.
  public let code: Int32

  public init(call: String, path: String, code: Int32) {
    self.call = call
    self.path = path
    self.code = code
  }

  /// The system's text for ``code``.
  public var text: String { String(cString: strerror(code)) }

  /// True when the disk or the quota is full.
  public var isNoSpace: Bool { code == ENOSPC || code == EDQUOT }

  /// True when the name does not exist.
  public var isNotFound: Bool { code == ENOENT }

  /// Nothing on this machine gets better by asking again in the same run.
  public var reaction: Reaction { .giveUp }
}

extension SystemError: CustomStringConvertible {
  public var description: String { "\(call) \(path): \(text)" }
}

/// Repeats `body` while a signal interrupts it.
///
/// - Throws: ``SystemError`` with `call` and `path` when `body` answers -1 for another reason.
@discardableResult
func repeatingInterrupted<Answer: SignedInteger>(
  _ call: String, _ path: String, _ body: () -> Answer
) throws(SystemError) -> Answer {
  while true {
    let answer = body()
    if answer != -1 { return answer }
    let code = errno
    if code != EINTR { throw SystemError(call: call, path: path, code: code) }
  }
}
