internal import GRDB
internal import UpdateModel

/// Writes rows of `driver`; lives inside one transaction.
struct DriverWriter {
  private let insert: RawStatement

  init(_ db: Database) throws {
    insert = try RawStatement(db, "INSERT INTO driver VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
  }

  func write(_ drivers: [DriverRow], _ revisionID: Int64) throws {
    for (position, driver) in drivers.enumerated() {
      insert.bind(1, revisionID)
      insert.bind(2, Int64(position))
      insert.bind(3, driver.hardwareID)
      insert.bind(4, driver.date.ticks)
      insert.bind(5, Int64(bitPattern: driver.version))
      insert.bind(6, driver.deviceClass)
      insert.bind(7, driver.manufacturer)
      insert.bind(8, driver.provider)
      insert.bind(9, driver.model)
      insert.bind(10, driver.whqlDriverID)
      insert.bind(11, WordList.text(driver.compatibleProviders))
      insert.bind(12, WordList.text(driver.featureScores.map { "\($0.score) \($0.operatingSystem)" }))
      insert.bind(13, GUIDList.bytes(driver.distributionComputerHardwareIDs))
      insert.bind(14, GUIDList.bytes(driver.targetComputerHardwareIDs))
      try insert.run()
    }
  }
}

extension DriverRow {
  static let columns = """
    revisionID, hardwareID, date, version, deviceClass, manufacturer, provider, model, whqlDriverID,
    compatibleProviders, featureScores, distributionComputers, targetComputers
    """

  /// From ``columns``.
  init(_ row: RawRow) throws {
    self.init(
      hardwareID: row.text(1) ?? "", date: Timestamp(ticks: row.int64(2) ?? 0),
      version: UInt64(bitPattern: row.int64(3) ?? 0), deviceClass: row.text(4) ?? "", manufacturer: row.text(5) ?? "",
      provider: row.text(6) ?? "", model: row.text(7) ?? "", whqlDriverID: row.int64(8) ?? 0,
      compatibleProviders: WordList.words(row.text(9)),
      featureScores: WordList.words(row.text(10)).compactMap(FeatureScore.init(stored:)),
      distributionComputerHardwareIDs: GUIDList.guids(row.blob(11)),
      targetComputerHardwareIDs: GUIDList.guids(row.blob(12)))
  }
}

extension DriverRow.FeatureScore {
  fileprivate init?(stored text: String) {
    let parts = text.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, let score = UInt8(parts[0]) else { return nil }
    self.init(operatingSystem: String(parts[1]), score: score)
  }
}

/// GUIDs in one column, 16 bytes each.
enum GUIDList {
  /// nil for none.
  static func bytes(_ guids: [GUID]) -> [UInt8]? { guids.isEmpty ? nil : guids.flatMap(\.bytes) }

  /// What is left over at the end is no GUID.
  static func guids(_ bytes: UnsafeRawBufferPointer) -> [GUID] {
    stride(from: 0, through: bytes.count - 16, by: 16).compactMap { GUID(bytes: copyBytes(bytes[$0..<($0 + 16)])) }
  }
}
