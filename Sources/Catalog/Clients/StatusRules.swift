internal import UpdateModel

/// How reports move states: the table of the guide (wusp.md 11.4), without a database.
enum StatusRules {
  /// What an event does besides being stored.
  enum Effect: Hashable {
    case none
    /// A full statement of all states of the computer (WUSP-338).
    case statement
    /// One update enters a state (WUSP-341).
    case moves(to: UpdateState, counts: InstallationOutcome?)
    /// The computer has restarted (WUSP-343).
    case restarted
    /// A detection has ended (WUSP-342).
    case detected(SyncResult)
  }

  /// What an event adds to the activity of an update (WUSP-344).
  enum InstallationOutcome: Hashable {
    case success
    case failure
  }

  static func effect(of eventID: Int16) -> Effect {
    switch eventID {
    case 153, 156: .statement
    case 161: .moves(to: .failed, counts: nil)
    case 162, 164: .moves(to: .downloaded, counts: nil)
    case 183, 190, 197, 523: .moves(to: .installed, counts: .success)
    case 184, 191, 199: .moves(to: .installedPendingReboot, counts: .success)
    case 182, 187, 192, 195, 198, 200, 203, 204, 522, 525: .moves(to: .failed, counts: .failure)
    case 222: .moves(to: .needed, counts: nil)
    case 224: .moves(to: .installedPendingReboot, counts: nil)
    case 221, 225: .moves(to: .failed, counts: nil)
    case 202: .restarted
    case 147: .detected(.succeeded)
    case 148, 157, 158: .detected(.failed)
    default: .none
    }
  }

  /// Events that say that something failed.
  static let failures: [Int16] = (Int16(1)...600).filter { id in
    switch effect(of: id) {
    case .moves(to: .failed, counts: _), .detected(.failed): true
    default: false
    }
  }

  /// The state after a single event; nil when the event does not count, because it is not newer than what is known
  /// (WUSP-340).
  ///
  /// - Parameters:
  ///   - stored: nil without a row; then the computer's last status, if there was one, said "not applicable".
  ///   - lastStatus: the moment of that status.
  static func state(
    _ stored: StoredState?, after event: Event, lastStatus: Timestamp?
  ) -> StoredState? {
    guard event.time.ticks > (stored?.changed ?? lastStatus)?.ticks ?? -1 else { return nil }
    return changed(stored, to: event.state, at: event.time, errorCode: event.errorCode)
  }

  /// A single event as far as states go.
  struct Event {
    let state: UpdateState
    let time: Timestamp
    /// Of a failure.
    let errorCode: Int32?
  }

  /// The state after a status event; nil when nothing changes.
  ///
  /// A status says no error codes, so a failure that is known keeps its own.
  static func state(_ stored: StoredState?, stated state: UpdateState, at time: Timestamp) -> StoredState? {
    if let stored, stored.changed >= time || stored.state == state { return nil }
    if stored == nil, state == .notApplicable { return nil }
    return StoredState(state: state, changed: time, errorCode: nil)
  }

  /// The moment moves only with the state (WUSP-339).
  private static func changed(
    _ stored: StoredState?, to state: UpdateState, at time: Timestamp, errorCode: Int32?
  ) -> StoredState {
    let moment = stored.flatMap { $0.state == state ? $0.changed : nil } ?? time
    return StoredState(state: state, changed: moment, errorCode: state == .failed ? errorCode : nil)
  }
}

/// A row of `updateStatus`.
struct StoredState: Hashable {
  var state: UpdateState
  var changed: Timestamp
  /// Of a failure, when an event named it.
  var errorCode: Int32?
}

/// What a status event says of all updates of its computer (WUSP-338).
struct StatusStatement: Hashable {
  /// Updates that are named; all others are not applicable.
  private(set) var states: [GUID: UpdateState] = [:]
  /// Names in the lists, repetitions included.
  private(set) var count = 0

  /// The lists of MiscData, the weakest first: of an id in several lists the last one counts. Tags are
  /// case-sensitive (WUSP-335).
  private static let lists: [(tag: String, state: UpdateState)] = [
    ("U=", .needed), ("V=", .installed), ("h=", .downloaded), ("g=", .failed), ("W=", .installedPendingReboot),
  ]

  /// - Returns: nil when the lists name more than `limit` ids: a part of a statement would be a wrong one.
  init?(miscData: [String], limit: Int) {
    for list in Self.lists {
      for entry in miscData where entry.hasPrefix(list.tag) {
        guard insert(entry.utf8.dropFirst(list.tag.utf8.count), list.state, limit: limit) else { return nil }
      }
    }
  }

  /// Whether a string of MiscData is one of the lists.
  static func isList(_ entry: String) -> Bool { lists.contains { entry.hasPrefix($0.tag) } }

  func state(of update: GUID) -> UpdateState { states[update] ?? .notApplicable }

  /// Ids are separated by semicolons, in any letter case (WUSP-336); what is no GUID says nothing.
  private mutating func insert(_ list: Substring.UTF8View, _ state: UpdateState, limit: Int) -> Bool {
    for part in list.split(separator: UInt8(ascii: ";")) {
      count += 1
      guard count <= limit else { return false }
      if let id = GUID(String(decoding: part, as: UTF8.self).filter { !$0.isWhitespace }) { states[id] = state }
    }
    return true
  }
}
