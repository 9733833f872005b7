internal import UpdateModel

extension GroupOffer {
  private struct Choice {
    var row: DriverTable.Row
    var rank: DriverRanking.Rank
    var position: Int
  }

  /// The best driver for each device that has none as good (WUSP-251, WUSP-257).
  func bestDrivers(_ query: DriverQuery, among needed: BitSet) -> Needed {
    let ranking = DriverRanking(query, catalogue.drivers)
    var best = Needed(revisions: BitSet(size: revisions.count))
    var known: [Int32: Choice?] = [:]
    for device in query.devices {
      guard let choice = choice(for: device, ranking, among: needed, &known) else { continue }
      best.revisions.insert(choice.position)
      let hardwareID = catalogue.drivers.hardwareIDs[choice.row.hardwareID]
      if best.hardwareIDs[choice.position]?.contains(hardwareID) != true {
        best.hardwareIDs[choice.position, default: []].append(hardwareID)
      }
    }
    return best
  }

  /// - Parameter known: the best rows of the hardware ids that other devices have named already.
  private func choice(
    for device: Device, _ ranking: DriverRanking, among needed: BitSet, _ known: inout [Int32: Choice?]
  ) -> Choice? {
    let ids = device.hardwareIDs + device.compatibleIDs
    var best: Choice?
    for (place, id) in ids.enumerated() {
      guard let hardwareID = catalogue.drivers.hardwareIDs.number(of: id) else { continue }
      let found = known[hardwareID] ?? bestRow(hardwareID, ranking, among: needed)
      known[hardwareID] = .some(found)
      guard var choice = found else { continue }
      choice.rank.hardwareID = place
      if best.map({ Self.isBetter(choice, $0) }) ?? true { best = choice }
    }
    guard let best, let installed = device.installedDriver else { return best }
    let installedRank = ranking.rank(installed, ids: ids.map { $0.lowercased() })
    return best.rank.compare(installedRank) == .better && ranking.mayReplace(installed, best.row) ? best : nil
  }

  /// The best row for one hardware id, wherever a device names it.
  private func bestRow(_ hardwareID: Int32, _ ranking: DriverRanking, among needed: BitSet) -> Choice? {
    var best: Choice?
    for number in catalogue.drivers.rows(for: hardwareID) {
      let row = catalogue.drivers.rows[Int(number)]
      guard let position = position(of: row), needed[position], let rank = ranking.rank(row, hardwareID: 0)
      else { continue }
      let choice = Choice(row: row, rank: rank, position: position)
      if best.map({ Self.isBetter(choice, $0) }) ?? true { best = choice }
    }
    return best
  }

  /// Of drivers that rank the same, the later signed one, then the later revision.
  private static func isBetter(_ one: Choice, _ other: Choice) -> Bool {
    switch one.rank.compare(other.rank) {
    case .better: true
    case .worse: false
    case .equal: (one.row.whqlDriverID, one.row.revision) > (other.row.whqlDriverID, other.row.revision)
    }
  }
}
