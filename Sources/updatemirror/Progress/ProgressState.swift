import ContentStore
import Export
import Generator
import Mirror

/// What a viewer sees of a run: the events so far, and how fast bytes move.
struct ProgressState: Sendable {
  /// What is going on.
  enum Phase: Equatable, Sendable {
    case run(ProgressEvent.Phase)
    case verification
    case generation
    /// An archive; what is counted.
    case archive(title: String, unit: String)
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

  mutating func take(_ progress: ExportProgress, now: Double) {
    switch progress.phase {
    case .planning: begin(.archive(title: "plan", unit: "revisions"))
    case .writing(let volume, let count): begin(.archive(title: "volume \(volume) of \(count)", unit: "entries"))
    }
    (done, total, totalBytes) = (progress.done, progress.total, progress.totalBytes)
    moved(progress.bytes, now)
  }

  mutating func take(_ progress: ReadingProgress, now: Double) {
    switch progress.phase {
    case .reading(let volume, let count): begin(.archive(title: "volume \(volume) of \(count)", unit: "entries"))
    case .checking: begin(.archive(title: "check", unit: "revisions"))
    case .publishing: begin(.archive(title: "publish", unit: "files"))
    }
    (done, total, totalBytes) = (progress.done, progress.total, progress.totalBytes)
    moved(progress.bytes, now)
  }

  mutating func take(_ progress: PackageProgress, now: Double) {
    let next = Phase.archive(title: progress.phase.rawValue, unit: "revisions")
    if phase != next {
      self = ProgressState()
      phase = next
    }
    (done, total) = (progress.done, progress.total)
    moved(progress.bytes, now)
  }

  /// The rate goes on from volume to volume.
  private mutating func begin(_ next: Phase) {
    if case .archive(_, let unit) = phase, case .archive(_, let nextUnit) = next, unit == nextUnit {
      phase = next
    } else if phase != next {
      self = ProgressState()
      phase = next
    }
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
