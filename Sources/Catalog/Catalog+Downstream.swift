internal import GRDB
public import UpdateModel

/// The servers below this one (MS-WSUSSS 3.1.1 DSS).
extension Catalog {
  /// Servers that were turned away and wait for a decision; further ones are not remembered.
  public static let maximumWaitingServers = 1_000

  /// Records or refreshes a server that is served (MS-WSUSSS 3.1.4.2, SSS-084).
  public func registerDownstream(_ serverID: GUID, name: String, protocolVersion: ProtocolVersion?) async throws {
    let now = clock()
    try await write("register downstream server") { db in
      try db.execute(
        sql: """
          INSERT INTO downstreamServer (serverID, name, protocolVersion, firstSeen, lastSeen) VALUES (?1, ?2, ?3, ?4, ?4)
          ON CONFLICT (serverID) DO UPDATE
            SET name = ?2, protocolVersion = coalesce(?3, protocolVersion), lastSeen = ?4, lastRefused = NULL
          """,
        arguments: [serverID.sql, name, protocolVersion?.description, now.ticks])
    }
  }

  /// Records a server that was turned away, so that an administrator finds it.
  ///
  /// An unknown one is not recorded when ``maximumWaitingServers`` wait already: anybody can make up GUIDs.
  public func recordRefusedDownstream(_ serverID: GUID, name: String) async throws {
    let now = clock()
    try await write("record refused downstream server") { db in
      try db.execute(
        sql: "UPDATE downstreamServer SET lastSeen = ?1, lastRefused = ?1 WHERE serverID = ?2",
        arguments: [now.ticks, serverID.sql])
      guard db.changesCount == 0 else { return }
      let waiting = "SELECT count(*) FROM downstreamServer WHERE isApproved = 0 AND lastRefused IS NOT NULL"
      guard try Int.fetchOne(db, sql: waiting) ?? 0 < Self.maximumWaitingServers else { return }
      try db.execute(
        sql: """
          INSERT INTO downstreamServer (serverID, name, firstSeen, lastSeen, lastRefused) VALUES (?1, ?2, ?3, ?3, ?3)
          """,
        arguments: [serverID.sql, name, now.ticks])
    }
  }

  /// All servers below this one, by name.
  public func downstreamServers() async throws -> [DownstreamServer] {
    try await read("downstream servers") { db in
      try Row.fetchAll(db, sql: "\(Self.selectDownstream) ORDER BY name, serverID").map { try Self.downstream($0) }
    }
  }

  public func downstreamServer(_ serverID: GUID) async throws -> DownstreamServer? {
    try await read("downstream server") { db in try Self.downstream(serverID, db) }
  }

  /// Approves a server, known or not yet.
  ///
  /// - Parameter name: of an unknown server, until it says its own.
  /// - Returns: the server before, nil when it was unknown, and after.
  @discardableResult
  public func approveDownstream(
    _ serverID: GUID, name: String? = nil
  ) async throws -> (before: DownstreamServer?, after: DownstreamServer) {
    let now = clock()
    return try await writeDurably("approve downstream server") { db in
      let before = try Self.downstream(serverID, db)
      try db.execute(
        sql: """
          INSERT INTO downstreamServer (serverID, name, firstSeen, lastSeen, isApproved) VALUES (?1, ?2, ?3, ?3, 1)
          ON CONFLICT (serverID) DO UPDATE SET isApproved = 1
          """,
        arguments: [serverID.sql, name ?? serverID.description, now.ticks])
      guard let after = try Self.downstream(serverID, db) else {
        throw CatalogError.unknownDownstreamServer(serverID)
      }
      return (before, after)
    }
  }

  /// Forgets a server. What it may do when it comes again, the registration policy decides.
  ///
  /// - Returns: the server as it was.
  /// - Throws: ``CatalogError/unknownDownstreamServer(_:)``.
  @discardableResult
  public func removeDownstream(_ serverID: GUID) async throws -> DownstreamServer {
    try await writeDurably("remove downstream server") { db in
      guard let before = try Self.downstream(serverID, db) else {
        throw CatalogError.unknownDownstreamServer(serverID)
      }
      try db.execute(sql: "DELETE FROM downstreamServer WHERE serverID = ?", arguments: [serverID.sql])
      return before
    }
  }
}

extension Catalog {
  private static let selectDownstream = """
    SELECT serverID, name, protocolVersion, firstSeen, lastSeen, isApproved, lastRefused FROM downstreamServer
    """

  private static func downstream(_ serverID: GUID, _ db: Database) throws -> DownstreamServer? {
    try Row.fetchOne(db, sql: "\(selectDownstream) WHERE serverID = ?", arguments: [serverID.sql])
      .map { try downstream($0) }
  }

  private static func downstream(_ row: Row) throws -> DownstreamServer {
    DownstreamServer(
      serverID: try row.guid(0, table: "downstreamServer"), name: row[1],
      protocolVersion: (row[2] as String?).flatMap { ProtocolVersion($0) }, firstSeen: Timestamp(ticks: row[3]),
      lastSeen: Timestamp(ticks: row[4]), isApproved: row[5], lastRefused: row.timestamp(6))
  }
}
