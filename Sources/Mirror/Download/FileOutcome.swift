/// What came of fetching one file.
enum FileOutcome: Sendable {
  /// Checked and visible; `resumed` bytes needed no transfer in this run.
  case stored(bytes: Int64, resumed: Int64)
  /// It was there already.
  case present
  /// The USS does not have it yet: ask it with DownloadFiles (SSS-243).
  case notAtUpstream
  /// The part file stays for the next run.
  case failed(reason: String, isUnreachable: Bool)
  /// The disk is full; nothing further can be stored.
  case noSpace(reason: String)
  case cancelled
}

/// The growing delay before the USS is asked again for a file that it has still to fetch (guide 9.2, SSS-244).
package enum WaitingDelay {
  package static let minutes = [1, 2, 5, 10, 30, 60]

  /// Seconds after `attempts` answers of 404.
  package static func seconds(attempts: Int) -> Double {
    Double(minutes[min(max(0, attempts), minutes.count - 1)] * 60)
  }
}
