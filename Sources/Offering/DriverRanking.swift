internal import UpdateModel

/// Ranks driver rows for one computer (wusp.md 10).
struct DriverRanking {
  /// What a driver is compared by, for one device. Where one of two is nil, nobody knows, and the step is skipped.
  struct Rank {
    /// Lower is more specific.
    var computer: Int
    /// Lower is better.
    var score: UInt8?
    /// Lower is more specific.
    var hardwareID: Int?
    var date: CivilDate
    var version: UInt64
  }

  private let table: DriverTable
  private let operatingSystem: Int32?
  private let computerHardwareIDs: [GUID: Int]

  init(_ query: DriverQuery, _ table: DriverTable) {
    self.table = table
    operatingSystem = query.featureScoreKey.flatMap(table.texts.number)
    computerHardwareIDs = Dictionary(query.computerHardwareIDs.enumerated().map { ($1, $0) }) { first, _ in first }
  }

  /// - Parameter hardwareID: the place of the id that the row was found by.
  /// - Returns: nil when the row is for other computers.
  func rank(_ row: DriverTable.Row, hardwareID: Int) -> Rank? {
    guard let distribution = place(of: table.distribution(of: row)), let target = place(of: table.targets(of: row))
    else { return nil }
    let score = operatingSystem.map { table.score(of: row, operatingSystem: $0) } ?? 255
    return Rank(
      computer: min(distribution, target), score: score, hardwareID: hardwareID, date: row.date, version: row.version)
  }

  /// - Parameter ids: hardware and compatible ids of the device, folded.
  func rank(_ installed: InstalledDriver, ids: [String]) -> Rank {
    Rank(
      computer: installed.matchingComputerHardwareID.flatMap { computerHardwareIDs[$0] } ?? .max, score: nil,
      hardwareID: installed.matchingID.map { ids.firstIndex(of: $0.lowercased()) ?? ids.count },
      date: installed.date, version: installed.version)
  }

  /// A printer is replaced only by one of the same provider, or compatible with it, and manufacturer (WUSP-258).
  func mayReplace(_ installed: InstalledDriver, _ row: DriverTable.Row) -> Bool {
    guard let deviceClass = installed.deviceClass, DriverTable.isPrinter(deviceClass) else { return true }
    guard let provider = table.texts.number(of: installed.provider ?? ""),
      let manufacturer = table.texts.number(of: installed.manufacturer ?? "")
    else { return false }
    return row.manufacturer == manufacturer && table.providers(of: row).contains(provider)
  }

  /// The place of the earliest of the computers that a row is for; after all others when it is for any.
  private func place(of computers: ArraySlice<GUID>) -> Int? {
    computers.isEmpty ? .max : computers.compactMap { computerHardwareIDs[$0] }.min()
  }
}

extension DriverRanking.Rank {
  enum Outcome { case better, equal, worse }

  func compare(_ other: DriverRanking.Rank) -> Outcome {
    if computer != other.computer { return computer < other.computer ? .better : .worse }
    if let score, let others = other.score, score != others { return score < others ? .better : .worse }
    if let hardwareID, let others = other.hardwareID, hardwareID != others {
      return hardwareID < others ? .better : .worse
    }
    if date != other.date { return date > other.date ? .better : .worse }
    if version != other.version { return version > other.version ? .better : .worse }
    return .equal
  }
}
