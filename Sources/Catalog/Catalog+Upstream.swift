internal import GRDB
public import UpdateModel

extension Catalog {
  public func upstream() async throws -> UpstreamState { try await read("upstream") { db in try Self.upstream(db) } }

  /// Commits the USS's answer to GetConfigData; its languages are merged into the known ones
  /// (SSS-120, SSS-121). This server's DSSs are told the same languages.
  public func save(_ configuration: ServerConfiguration) async throws {
    let now = clock()
    try await writeDurably("save upstream configuration") { db in
      let limits = configuration.limits
      try db.execute(
        sql: """
          UPDATE upstream SET hasConfiguration = 1, configAnchor = ?, isCatalogOnly = ?, isLazy = ?, hostsPSFFiles = ?,
            maxUpdates = ?, maxDriverSets = ?, maxComputerIDs = ?, maxPnpHardwareIDs = ?, maxDecryptionUpdates = ?,
            protocolVersion = ?
          """,
        arguments: [
          configuration.anchor.text, configuration.isCatalogOnly, configuration.isLazy, configuration.hostsPSFFiles,
          limits.updates, limits.driverSets, limits.computerIDs, limits.pnpHardwareIDs, limits.decryptionUpdates,
          configuration.protocolVersion?.description,
        ])
      try Self.merge(configuration.languages, db, at: now)
    }
  }

  /// Names the one USS (SSS-282). Another endpoint than before forgets its configuration, all
  /// anchors, listings and staged revisions (SSS-284).
  ///
  /// - Returns: whether the endpoint changed.
  @discardableResult
  public func useUpstream(_ endpoint: String) async throws -> Bool {
    try await writeDurably("use upstream") { db in
      let known = try String.fetchOne(db, sql: "SELECT endpoint FROM upstream")
      guard known != endpoint else { return false }
      try Self.clearAnchors(db)
      for kind in ListingKind.allCases { try Self.abandon(kind, keepingStaged: false, db) }
      try db.execute(
        sql: "UPDATE upstream SET hasConfiguration = 0, subscriptionFingerprint = NULL, endpoint = ?",
        arguments: [endpoint])
      return true
    }
  }

  /// Forgets all anchors and listings of this USS (ServerChanged). What is stored or staged stays
  /// and is not fetched again (SSS-149); the subscription stays known, so that a later change of it is seen.
  public func resetAnchors() async throws {
    try await writeDurably("reset anchors") { db in try Self.resetAnchors(db) }
  }

  static func resetAnchors(_ db: Database) throws {
    try clearAnchors(db)
    for kind in ListingKind.allCases { try abandon(kind, keepingStaged: true, db) }
  }

  /// Names the subscription that updates are listed with. Another one than before lists from
  /// no anchor, so that what it adds is found, and forgets what was staged under the old one, so that
  /// nothing outside it is published.
  ///
  /// - Returns: whether it changed.
  @discardableResult
  public func useSubscription(fingerprint: String) async throws -> Bool {
    try await writeDurably("use subscription") { db in
      let known = try String.fetchOne(db, sql: "SELECT subscriptionFingerprint FROM upstream")
      guard known != fingerprint else { return false }
      try Self.abandon(.updates, keepingStaged: known == nil, db)
      try db.execute(
        sql: "UPDATE upstream SET updateAnchor = NULL, subscriptionFingerprint = ?", arguments: [fingerprint])
      return true
    }
  }

  private static func clearAnchors(_ db: Database) throws {
    try db.execute(
      sql: """
        UPDATE upstream SET configAnchor = NULL, categoryAnchor = NULL, updateAnchor = NULL, deploymentAnchor = NULL
        """)
  }

  static func upstream(_ db: Database) throws -> UpstreamState {
    let sql = """
      SELECT endpoint, configAnchor, categoryAnchor, updateAnchor, deploymentAnchor, subscriptionFingerprint,
        hasConfiguration, isCatalogOnly, isLazy, hostsPSFFiles, maxUpdates, maxDriverSets, maxComputerIDs,
        maxPnpHardwareIDs, maxDecryptionUpdates, protocolVersion FROM upstream
      """
    guard let row = try Row.fetchOne(db, sql: sql) else {
      throw CatalogError.damagedRow(table: "upstream", key: 1, column: "id")
    }
    return UpstreamState(
      endpoint: row[0], configuration: try configuration(row, db),
      configAnchor: (row[1] as String?).map { ConfigAnchor($0) },
      categoryAnchor: (row[2] as String?).map { SyncAnchor($0) },
      updateAnchor: (row[3] as String?).map { SyncAnchor($0) },
      deploymentAnchor: (row[4] as String?).map { DeploymentAnchor($0) }, subscriptionFingerprint: row[5])
  }

  private static func configuration(_ row: Row, _ db: Database) throws -> ServerConfiguration? {
    guard row[6] as Bool else { return nil }
    let limits = RequestLimits(
      updates: row[10], driverSets: row[11], computerIDs: row[12], pnpHardwareIDs: row[13], decryptionUpdates: row[14])
    return ServerConfiguration(
      isCatalogOnly: row[7], isLazy: row[8], hostsPSFFiles: row[9], limits: limits,
      protocolVersion: (row[15] as String?).flatMap { ProtocolVersion($0) },
      anchor: ConfigAnchor(row[1] ?? ""), languages: try languages(db, since: -1))
  }
}
