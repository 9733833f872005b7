import Foundation

/// Writes whole lines to standard error, and tells what it is connected to.
enum StandardError {
  static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  static func write(_ line: String) { put(line + "\n") }

  /// Writes text as it is, for progress lines that overwrite each other.
  static func put(_ text: String) {
    // Nobody is left to tell when standard error itself cannot be written.
    do { try FileHandle.standardError.write(contentsOf: Array(text.utf8)) } catch { return }
  }
}
