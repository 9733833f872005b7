import Synchronization

/// Counts open connections, all together and by address, and says who may come in.
final class ConnectionLedger: Sendable {
  enum Admission: Hashable, Sendable {
    case welcome
    /// Over a limit: told so with 503.
    case surplus
    /// Too many are being told so already: closed without a word.
    case flood
  }

  /// How many may be told at a time that there is no room.
  static let surplusLimit = 1_000

  private struct Counts {
    var welcome = 0
    var surplus = 0
    /// Only welcome ones.
    var byAddress: [String: Int] = [:]
  }

  private let limit: Int
  private let limitOfAddress: Int
  private let counts = Mutex(Counts())

  init(limit: Int, limitOfAddress: Int) {
    self.limit = limit
    self.limitOfAddress = limitOfAddress
  }

  /// Counts a connection in. Each needs one ``leave(_:_:)`` with what this gave.
  func enter(_ address: String) -> Admission {
    counts.withLock { counts in
      let sameAddress = counts.byAddress[address, default: 0]
      if counts.welcome < limit && sameAddress < limitOfAddress {
        counts.welcome += 1
        counts.byAddress[address] = sameAddress + 1
        return .welcome
      }
      guard counts.surplus < Self.surplusLimit else { return .flood }
      counts.surplus += 1
      return .surplus
    }
  }

  func leave(_ address: String, _ admission: Admission) {
    counts.withLock { counts in
      switch admission {
      case .welcome:
        counts.welcome -= 1
        let rest = counts.byAddress[address, default: 1] - 1
        counts.byAddress[address] = rest > 0 ? rest : nil
      case .surplus: counts.surplus -= 1
      case .flood: break
      }
    }
  }
}
