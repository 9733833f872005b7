import ContentStore
import Generator
import Mirror

/// What a viewer sees of a run: the events so far, and how fast bytes move.
struct ProgressState: Sendable {
  /// What is going on.
  enum Phase: Equatable, Sendable {
    case run(ProgressEvent.Phase)
    case verification
    case generation
  }

  private(set) var phase: Phase?
  private(set) var done = 0
  private(set) var total = 0
  private(set) var bytes: Int64 = 0
  private(set) var totalBytes: Int64 = 0
  private(set) var active: [ProgressEvent.Transfer] = []
  private(set) var waitingUntil: Double?
  private var samples: [(time: Double, bytes: Int64)] = []

  /// Seconds over which the rate is measured.
  static let rateSpan = 10.0

  /// - Parameter now: seconds of a clock that only goes forward.
  mutating func take(_ event: ProgressEvent, now: Double) {
    switch event {
    case .phase(let next):
      self = ProgressState()
      phase = .run(next)
    case .listed(_, _, let wanted): (done, total) = (0, wanted)
    case .staged(_, let done, let total): (self.done, self.total) = (done, total)
    case .received(let bytes): moved(bytes, now)
    case .content(let files, let totalFiles, let bytes, let totalBytes, let active):
      (done, total, self.totalBytes, self.active) = (files, totalFiles, totalBytes, active)
      moved(bytes, now)
    case .waiting(let seconds): waitingUntil = now + seconds
    }
  }

  mutating func take(_ progress: VerifyProgress, now: Double) {
    if phase != .verification {
      self = ProgressState()
      phase = .verification
    }
    (done, total) = (progress.files, progress.totalFiles)
    moved(progress.bytes, now)
  }

  mutating func take(_ progress: PopulateProgress, total: Int, now: Double) {
    if phase != .generation {
      self = ProgressState()
      phase = .generation
    }
    (done, self.total) = (progress.revisions, total)
    moved(progress.storedBytes, now)
  }

  /// Bytes a second over the last seconds; 0 until two samples are there.
  func rate(now: Double) -> Double {
    guard let first = samples.first, now - first.time > 0.2 else { return 0 }
    return max(0, Double(bytes - first.bytes) / (now - first.time))
  }

  private mutating func moved(_ bytes: Int64, _ now: Double) {
    self.bytes = bytes
    waitingUntil = nil
    // Several samples a second are enough for a rate.
    if let last = samples.last, now - last.time < 0.2 { return }
    samples.append((now, bytes))
    samples.removeAll { $0.time < now - Self.rateSpan }
  }
}
