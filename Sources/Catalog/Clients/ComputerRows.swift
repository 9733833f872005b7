internal import GRDB
internal import UpdateModel

/// Writes rows of `computer`.
enum ComputerRows {
  static func key(_ clientID: ClientID, _ db: Database) throws -> ComputerKey? {
    let statement = try db.cachedStatement(sql: "SELECT computerKey FROM computer WHERE computerID = ?")
    return try Int64.fetchOne(statement, arguments: [clientID.text]).map { ComputerKey($0) }
  }

  static func known(_ clientID: ClientID, _ db: Database) throws -> ComputerKey {
    guard let key = try key(clientID, db) else { throw CatalogError.unknownComputer(clientID.text) }
    return key
  }

  static func insert(_ clientID: ClientID, _ dnsName: HostName, at now: Timestamp, _ db: Database) throws -> ComputerKey
  {
    let count = try Int.fetchOne(db.cachedStatement(sql: "SELECT count(*) FROM computer")) ?? 0
    guard count < ClientLimits.computers else { throw CatalogError.tooManyComputers(limit: ClientLimits.computers) }
    try db.execute(
      sql: "INSERT INTO computer (computerID, dnsName, firstContact, lastContact) VALUES (?1, ?2, ?3, ?3)",
      arguments: [clientID.text, dnsName.text, now.ticks])
    return ComputerKey(db.lastInsertedRowID)
  }

  /// - Parameter address: nil keeps what is stored.
  /// - Returns: whether name or address are other than before.
  static func touch(
    _ computer: ComputerKey, _ dnsName: HostName, address: String?, at now: Timestamp, _ db: Database
  ) throws -> Bool {
    let sql = """
      SELECT dnsName IS NOT ?2 COLLATE BINARY OR address IS NOT coalesce(?3, address) FROM computer
      WHERE computerKey = ?1
      """
    let arguments: StatementArguments = [computer.value, dnsName.text, address]
    let isChanged = try Bool.fetchOne(db.cachedStatement(sql: sql), arguments: arguments) ?? false
    let update = try db.cachedStatement(
      sql: """
        UPDATE computer SET dnsName = ?2, address = coalesce(?3, address), lastContact = max(lastContact, ?4)
        WHERE computerKey = ?1
        """)
    try update.execute(arguments: arguments + [now.ticks])
    return isChanged
  }

  static func markChanged(_ computer: ComputerKey, _ db: Database) throws {
    try db.execute(sql: "UPDATE computer SET hasDetailsChanged = 1 WHERE computerKey = ?", arguments: [computer.value])
  }

  static func isRegistered(_ computer: ComputerKey, _ db: Database) throws -> Bool {
    let statement = try db.cachedStatement(sql: "SELECT 1 FROM registration WHERE computerKey = ?")
    return try Int.fetchOne(statement, arguments: [computer.value]) != nil
  }

  static func remove(_ computer: ComputerKey, _ db: Database) throws {
    for table in ["updateStatus", "event", "groupAssignment", "requestedGroup", "registration", "computer"] {
      try db.execute(sql: "DELETE FROM \(table) WHERE computerKey = ?", arguments: [computer.value])
    }
  }
}
