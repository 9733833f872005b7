import Export
import Foundation
import UpdateModel

/// How large a volume may become, as people write it.
enum VolumeSize {
  static let expected = "FAT32, CD, DVD, DVD-DL, BD25, BD50, BD100, or at least 2 MiB, as 4G or \"4 GiB\""

  /// `K`, `M`, `G`, `T` alone are decimal, as on the boxes of disks: 4G fits on FAT32.
  ///
  /// - Returns: nil for anything else.
  static func limit(_ text: String) -> VolumeLimit? {
    if let medium = Medium(named: text) { return .medium(medium) }
    let isShort = text.last.map { "KMGT".contains($0) } ?? false
    guard let bytes = SettingKind.byteCount(isShort ? text + "B" : text), bytes >= VolumePlanner.minimumLimit else {
      return nil
    }
    return .bytes(bytes)
  }
}

/// Until when an archive may be imported: a day, a time, or a time from now.
enum ExpiryDate: Equatable {
  case moment(Timestamp)
  /// Seconds from the archive's own time, to the end of that day.
  case after(Double)

  static let expected = "a day such as 2027-03-01, a time such as 2027-03-01T12:00:00Z, or a number of days such as 30d"

  /// - Returns: nil for a text that is none of the three.
  init?(_ text: String) {
    if text.hasSuffix("d"), let days = Int(text.dropLast()), (1...36_500).contains(days), text.first != "+" {
      self = .after(Double(days) * 86_400)
    } else if let day = Self.moment(text + "T00:00:00Z") {
      self = .moment(Self.endOfDay(day))
    } else if let moment = Self.moment(text) {
      self = .moment(moment)
    } else {
      return nil
    }
  }

  /// `2026-12-01T02:30:00Z` and no other form.
  static func moment(_ text: String) -> Timestamp? {
    guard text.utf8.count == 20, text.hasSuffix("Z"), let moment = Timestamp(text), moment.description == text
    else { return nil }
    return moment
  }

  func moment(from start: Timestamp) -> Timestamp {
    switch self {
    case .moment(let moment): moment
    case .after(let seconds): Self.endOfDay(start.adding(seconds: seconds))
    }
  }

  private static func endOfDay(_ moment: Timestamp) -> Timestamp {
    let day = 86_400 * Timestamp.ticksPerSecond
    return Timestamp(ticks: (moment.ticks / day + 1) * day - Timestamp.ticksPerSecond)
  }
}
