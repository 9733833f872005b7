/// The state of an update on a client computer (MS-WSUSSS 3.1.1, Update Status Table).
public enum UpdateState: Int, Hashable, Sendable, CaseIterable {
  case unknown = 0
  case notApplicable = 1
  case needed = 2
  case downloaded = 3
  case installed = 4
  case failed = 5
  case installedPendingReboot = 6

  /// Lists and sums leave out the two states that say nothing.
  var isCounted: Bool { rawValue > Self.notApplicable.rawValue }
}

/// How a computer's last detection ended.
public enum SyncResult: Int, Hashable, Sendable {
  case unknown = 0
  case succeeded = 1
  case failed = 2
}

/// How many updates of a computer, or computers of an update, are in each state.
public struct StateCounts: Hashable, Sendable {
  public var unknown = 0
  public var notApplicable = 0
  public var needed = 0
  public var downloaded = 0
  public var installed = 0
  public var failed = 0
  public var installedPendingReboot = 0

  public init() {}

  public subscript(state: UpdateState) -> Int {
    get { self[keyPath: Self.path(state)] }
    set { self[keyPath: Self.path(state)] = newValue }
  }

  private static func path(_ state: UpdateState) -> WritableKeyPath<StateCounts, Int> {
    switch state {
    case .unknown: \.unknown
    case .notApplicable: \.notApplicable
    case .needed: \.needed
    case .downloaded: \.downloaded
    case .installed: \.installed
    case .failed: \.failed
    case .installedPendingReboot: \.installedPendingReboot
    }
  }

  public static func += (left: inout StateCounts, right: StateCounts) {
    for state in UpdateState.allCases { left[state] += right[state] }
  }
}
