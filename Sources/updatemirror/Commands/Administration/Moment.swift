import ArgumentParser
import UpdateModel

/// A moment as an operator types it: a date or a time in UTC, or a span such as `7d` from or before now.
enum Moment: ExpressibleByArgument, Equatable {
  case at(Timestamp)
  case span(seconds: Double)

  static let form = "2027-03-01, 2027-03-01T18:00:00Z, or a span such as 12h or 7d"

  init?(argument: String) {
    if let timestamp = Timestamp(argument) {
      self = .at(timestamp)
      return
    }
    // A number alone is more likely a mistyped date than seconds.
    guard argument.last?.isLetter == true, let seconds = SettingKind.seconds(argument) else { return nil }
    self = .span(seconds: seconds)
  }

  func after(_ now: Timestamp) -> Timestamp {
    switch self {
    case .at(let timestamp): timestamp
    case .span(let seconds): now.adding(seconds: seconds)
    }
  }

  func before(_ now: Timestamp) -> Timestamp {
    switch self {
    case .at(let timestamp): timestamp
    case .span(let seconds): now.adding(seconds: -seconds)
    }
  }
}
