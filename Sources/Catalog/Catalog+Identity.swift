internal import GRDB
internal import Synchronization
public import UpdateModel

extension Catalog {
  /// The names of this catalogue, made when it was created (SSS-278).
  public func identity() async throws -> ServerIdentity {
    try await read("identity") { db in
      guard let row = try Row.fetchOne(db, sql: "SELECT serverID, epoch FROM server") else {
        throw CatalogError.damagedRow(table: "server", key: 1, column: "id")
      }
      return ServerIdentity(serverID: try row.guid(0), epoch: row[1])
    }
  }

  /// The position of the change log now.
  public func mark() async throws -> ChangeMark { try await read("mark") { db in try ChangeLog.mark(db) } }

  /// Starts a new life of the change log: every anchor given out so far becomes foreign (SSS-387).
  public func renewEpoch() async throws {
    try await writeDurably("new epoch") { db in
      try db.execute(sql: "UPDATE server SET epoch = ?", arguments: [Self.newEpoch()])
    }
  }

  public func settings() async throws -> ServerSettings { try await read("settings") { db in try Self.settings(db) } }

  /// The settings without a visit to the database, for what every request asks.
  ///
  /// Changes through this object show at once; those of another process after one second
  /// of the clock at the latest.
  public func recentSettings() async throws -> ServerSettings {
    let now = clock()
    let (kept, generation) = settingsMemory.withLock { ($0.settings(at: now), $0.generation) }
    if let kept { return kept }
    let read = try await settings()
    settingsMemory.withLock { $0.keep(read, readAt: now, generation: generation) }
    return read
  }

  /// Stores the settings; a change enters the change log.
  public func save(_ settings: ServerSettings) async throws {
    let now = clock()
    // Also after a failure: whether the commit happened is then unknown.
    defer { settingsMemory.withLock { $0.forget() } }
    try await writeDurably("save settings") { db in
      guard try Self.settings(db) != settings else { return }
      try Self.write(settings, db)
      _ = try ChangeLog.next(db, at: now, .server)
    }
  }

  /// This server's answer to GetConfigData.
  ///
  /// With an anchor of this change log only entry 0 and the languages changed since come
  /// back, otherwise all (AMB-11).
  public func serverConfiguration(since anchor: ConfigAnchor?) async throws -> ServerConfiguration {
    try await read("server configuration") { db in
      let settings = try Self.settings(db)
      let since = try Self.sequence(db, of: anchor) ?? -1
      return ServerConfiguration(
        isCatalogOnly: settings.isCatalogOnly, isLazy: settings.isLazy, hostsPSFFiles: settings.hostsPSFFiles,
        limits: settings.limits, protocolVersion: .announced,
        anchor: ConfigAnchor(try ChangeLog.mark(db).description), languages: try Self.languages(db, since: since))
    }
  }

  /// nil for an anchor that this change log did not give out: it asks for everything.
  private static func sequence(_ db: Database, of anchor: ConfigAnchor?) throws -> Int64? {
    do { return try ChangeLog.sequence(db, of: anchor?.text) } catch let error as CatalogError {
      switch error {
      case .malformedAnchor, .foreignAnchor: return nil
      default: throw error
      }
    }
  }

  static func settings(_ db: Database) throws -> ServerSettings {
    let sql = """
      SELECT replicationMode, isCatalogOnly, isLazy, hostsPSFFiles, maxUpdates, maxDriverSets, maxComputerIDs,
        maxPnpHardwareIDs, maxDecryptionUpdates FROM server
      """
    guard let row = try Row.fetchOne(db, sql: sql), let mode = ReplicationMode(code: row[0]) else {
      throw CatalogError.damagedRow(table: "server", key: 1, column: "replicationMode")
    }
    let limits = RequestLimits(
      updates: row[4], driverSets: row[5], computerIDs: row[6], pnpHardwareIDs: row[7], decryptionUpdates: row[8])
    return ServerSettings(
      replicationMode: mode, isCatalogOnly: row[1], isLazy: row[2], hostsPSFFiles: row[3], limits: limits)
  }

  static func write(_ settings: ServerSettings, _ db: Database) throws {
    let limits = settings.limits
    try db.execute(
      sql: """
        UPDATE server SET replicationMode = ?, isCatalogOnly = ?, isLazy = ?, hostsPSFFiles = ?, maxUpdates = ?,
          maxDriverSets = ?, maxComputerIDs = ?, maxPnpHardwareIDs = ?, maxDecryptionUpdates = ?
        """,
      arguments: [
        settings.replicationMode.code, settings.isCatalogOnly, settings.isLazy, settings.hostsPSFFiles,
        limits.updates, limits.driverSets, limits.computerIDs, limits.pnpHardwareIDs, limits.decryptionUpdates,
      ])
  }

  static func requireAutonomous(_ db: Database, _ operation: String) throws {
    guard try settings(db).replicationMode == .autonomous else { throw CatalogError.replica(operation: operation) }
  }

  static func requireReplica(_ db: Database, _ operation: String) throws {
    guard try settings(db).replicationMode == .replica else { throw CatalogError.notReplica(operation: operation) }
  }
}

extension Catalog {
  /// The row of this server, the builtin groups and the entry for all languages.
  static func makeServer(_ db: Database, at now: Timestamp) throws {
    guard try Int.fetchOne(db, sql: "SELECT 1 FROM server") == nil else { return }
    try db.execute(
      sql: "INSERT INTO server (id, serverID, epoch) VALUES (1, ?, ?)",
      arguments: [GUID.random().sql, newEpoch()])
    let sequence = try ChangeLog.next(db, at: now, .server)
    for group in [TargetGroup.allComputers, .unassignedComputers] {
      try insert(group, db, sequence: sequence)
    }
    let all = LanguageSetting(languageID: 0, shortName: "all", longName: "all", isEnabled: true)
    try merge([all], db, at: now)
  }

  /// 16 lower-case hexadecimal digits.
  static func newEpoch() -> String { Hex.lower(GUID.random().bytes.prefix(8)) }

  /// Entry 0 first, then those changed after `sequence`.
  static func languages(_ db: Database, since sequence: Int64) throws -> [LanguageSetting] {
    let sql = """
      SELECT languageID, shortName, longName, isEnabled FROM language
      WHERE languageID = 0 OR changeSequence > ? ORDER BY languageID
      """
    return try Row.fetchAll(db, sql: sql, arguments: [sequence]).map { row in
      LanguageSetting(languageID: row[0], shortName: row[1], longName: row[2], isEnabled: row[3])
    }
  }

  /// Merges by LanguageID (AMB-11, SSS-121); unchanged entries keep their sequence.
  static func merge(_ languages: [LanguageSetting], _ db: Database, at now: Timestamp) throws {
    var sequence = LazySequence(at: now, .languages)
    try merge(languages, db, &sequence)
  }

  static func merge(_ languages: [LanguageSetting], _ db: Database, _ sequence: inout LazySequence) throws {
    let known = Set(try Self.languages(db, since: -1))
    for language in languages where !known.contains(language) {
      try db.execute(
        sql: "INSERT OR REPLACE INTO language VALUES (?, ?, ?, ?, ?)",
        arguments: [
          language.languageID, language.shortName, language.longName, language.isEnabled, try sequence.take(db),
        ])
    }
  }
}
