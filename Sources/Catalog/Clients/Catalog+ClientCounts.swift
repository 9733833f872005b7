internal import GRDB
public import UpdateModel

/// A few figures of client computers, cheap enough for a monitor that asks every few seconds.
public struct ClientCounts: Hashable, Sendable {
  public var computers = 0
  /// Without a contact since the moment that was asked about.
  public var silent = 0
  /// They have never sent a status.
  public var notReported = 0
  /// With an update that failed and is not declined.
  public var failing = 0
  /// Their last detection failed.
  public var failedDetections = 0
  /// Events that are kept.
  public var events = 0

  public init() {}
}

extension Catalog {
  /// Counts computers and events; reads no states but the failed ones.
  public func clientCounts(silentSince moment: Timestamp) async throws -> ClientCounts {
    try await read("client counts") { db in
      let sql = """
        SELECT count(*), count(*) FILTER (WHERE lastContact < ?), count(*) FILTER (WHERE lastStatus IS NULL),
          count(*) FILTER (WHERE lastSyncResult = \(SyncResult.failed.rawValue)) FROM computer
        """
      var counts = ClientCounts()
      guard let row = try Row.fetchOne(db, sql: sql, arguments: [moment.ticks]) else { return counts }
      counts.computers = row[0]
      counts.silent = row[1]
      counts.notReported = row[2]
      counts.failedDetections = row[3]
      let failing = """
        SELECT count(DISTINCT computerKey) FROM updateStatus INDEXED BY updateStatusFailed
          JOIN knownUpdate USING (updateKey)
        WHERE state = \(UpdateState.failed.rawValue) AND isHidden = 0
        """
      counts.failing = try Int.fetchOne(db, sql: failing) ?? 0
      counts.events = try Int.fetchOne(db, sql: "SELECT count(*) FROM event") ?? 0
      return counts
    }
  }
}
