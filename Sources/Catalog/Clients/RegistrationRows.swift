internal import GRDB
internal import UpdateModel

extension ComputerRegistration {
  /// With its text as it is stored.
  var bounded: ComputerRegistration {
    var bounded = self
    let properties: [WritableKeyPath<ComputerRegistration, String?>] = [
      \.manufacturer, \.model, \.biosVersion, \.biosName, \.osDescription, \.oem, \.deviceType, \.firmwareVersion,
      \.mobileOperator,
    ]
    for property in properties { bounded[keyPath: property] = ClientText.bounded(ifAny: self[keyPath: property]) }
    bounded.operatingSystem.locale = ClientText.bounded(operatingSystem.locale)
    bounded.operatingSystem.architecture = ClientText.bounded(operatingSystem.architecture)
    return bounded
  }
}

/// Reads and writes rows of `registration` and `operatingSystem`.
enum RegistrationRows {
  /// - Returns: whether it differs from what was stored, the name aside.
  static func store(
    _ registration: ComputerRegistration, of computer: ComputerKey, at now: Timestamp, _ db: Database
  ) throws -> Bool {
    if let known = try fetch(computer, db)?.registration {
      var renamed = known
      renamed.dnsName = registration.dnsName
      if renamed == registration { return false }
    }
    try db.execute(
      sql: """
        INSERT OR REPLACE INTO registration (computerKey, operatingSystemKey, registeredAt, manufacturer, model,
          biosVersion, biosName, biosReleaseDate, clientMajor, clientMinor, clientBuild, clientQFE, osDescription, oem,
          deviceType, firmwareVersion, mobileOperator)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        computer.value, try key(registration.operatingSystem, db), now.ticks, registration.manufacturer,
        registration.model, registration.biosVersion, registration.biosName, registration.biosReleaseDate.ticks,
        registration.clientVersion.major, registration.clientVersion.minor, registration.clientVersion.build,
        registration.clientVersion.qfe, registration.osDescription, registration.oem, registration.deviceType,
        registration.firmwareVersion, registration.mobileOperator,
      ])
    return true
  }

  static func fetch(
    _ computer: ComputerKey, _ db: Database
  ) throws -> (registration: ComputerRegistration, registered: Timestamp)? {
    let sql = """
      SELECT \(operatingSystemColumns), dnsName, manufacturer, model, biosVersion, biosName, biosReleaseDate,
        clientMajor, clientMinor, clientBuild, clientQFE, osDescription, oem, deviceType, firmwareVersion,
        mobileOperator, registeredAt
      FROM registration JOIN operatingSystem USING (operatingSystemKey) JOIN computer USING (computerKey)
      WHERE computerKey = ?
      """
    guard let row = try Row.fetchOne(db.cachedStatement(sql: sql), arguments: [computer.value]) else { return nil }
    guard let name = HostName(row[11]) else {
      throw CatalogError.damagedRow(table: "computer", key: computer.value, column: "dnsName")
    }
    let registration = ComputerRegistration(
      dnsName: name, operatingSystem: operatingSystem(row), manufacturer: row[12], model: row[13], biosVersion: row[14],
      biosName: row[15], biosReleaseDate: Timestamp(ticks: row[16]), clientVersion: clientVersion(row, from: 17),
      osDescription: row[21], oem: row[22], deviceType: row[23], firmwareVersion: row[24], mobileOperator: row[25])
    return (registration, Timestamp(ticks: row[26]))
  }

  static let operatingSystemColumns = """
    major, minor, build, servicePackMajor, servicePackMinor, locale, suiteMask, oldProductType, newProductType,
      systemMetrics, architecture
    """

  /// From ``operatingSystemColumns``, eleven of them from `start` on.
  static func operatingSystem(_ row: Row, from start: Int = 0) -> OperatingSystem {
    OperatingSystem(
      major: row[start], minor: row[start + 1], build: row[start + 2], servicePackMajor: row[start + 3],
      servicePackMinor: row[start + 4], locale: row[start + 5], suiteMask: row[start + 6],
      oldProductType: row[start + 7], newProductType: row[start + 8], systemMetrics: row[start + 9],
      architecture: row[start + 10])
  }

  private static func clientVersion(_ row: Row, from start: Int) -> ClientVersion {
    ClientVersion(major: row[start], minor: row[start + 1], build: row[start + 2], qfe: row[start + 3])
  }

  private static func key(_ system: OperatingSystem, _ db: Database) throws -> Int64 {
    let values: StatementArguments = [
      system.major, system.minor, system.build, system.servicePackMajor, system.servicePackMinor, system.locale,
      system.suiteMask, system.oldProductType, system.newProductType, system.systemMetrics, system.architecture,
    ]
    let marks = databaseQuestionMarks(count: 11)
    try db.execute(
      sql: "INSERT OR IGNORE INTO operatingSystem (\(operatingSystemColumns)) VALUES (\(marks))", arguments: values)
    let sql = "SELECT operatingSystemKey FROM operatingSystem WHERE (\(operatingSystemColumns)) = (\(marks))"
    guard let key = try Int64.fetchOne(db, sql: sql, arguments: values) else {
      throw CatalogError.damagedRow(table: "operatingSystem", key: 0, column: "operatingSystemKey")
    }
    return key
  }
}
