package import Catalog
package import UpdateModel

/// What came of the last files, on its way into one transaction of the catalogue.
///
/// A transaction for each of many small files would take longer than the files, and no download starts meanwhile. A
/// kill costs nothing: the store has the files, and the next run finds them there.
package struct FileNotes {
  /// Files that make a transaction at once; fewer wait for ``pause()``.
  private static let limit = 100

  package var present: [FileDigest] = []
  package var failures: [FailedAttempt] = []

  package init() {}

  package var isEmpty: Bool { present.isEmpty && failures.isEmpty }
  package var isFull: Bool { present.count + failures.count >= Self.limit }

  package mutating func take() -> (present: [FileDigest], failures: [FailedAttempt]) {
    defer { self = FileNotes() }
    return (present, failures)
  }

  /// A quarter of a second, so that a file is known soon after it came though the next one takes long. Ends early
  /// when the task is cancelled.
  static func pause() async {
    do { try await Task.sleep(for: .milliseconds(250)) } catch { return }
  }
}
