internal import UpdateModel

/// The settings as last read, for questions that come with every request.
struct SettingsMemory {
  /// Another process may change the settings; it is believed after this many seconds at the latest.
  static let lifetime = 1.0

  private var settings: ServerSettings?
  private var readAt = Timestamp(ticks: 0)
  /// Grows with every change, so that a read that began before one is not kept.
  private(set) var generation = 0

  /// nil when they must be read again; a clock that went back is one reason.
  func settings(at now: Timestamp) -> ServerSettings? {
    let isRecent = readAt <= now && now < readAt.adding(seconds: Self.lifetime)
    return isRecent ? settings : nil
  }

  mutating func keep(_ read: ServerSettings, readAt now: Timestamp, generation began: Int) {
    guard began == generation else { return }
    settings = read
    readAt = now
  }

  mutating func forget() {
    settings = nil
    generation += 1
  }
}
