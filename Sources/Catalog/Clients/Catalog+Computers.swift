internal import GRDB
public import UpdateModel

/// What administrators see and decide of computers. Moves are local: a replica allows them too.
extension Catalog {
  /// Computers by name.
  public func computers(_ query: ComputerQuery) async throws -> [ComputerRow] {
    try await read("computers") { db in
      let reader = try ComputerReader(db)
      let conditions = try ComputerConditions(query, reader.membership).sql()
      let sql = "\(ComputerReader.select) WHERE \(conditions.sql) ORDER BY dnsName, computerKey LIMIT ?"
      let limit = min(10_000, max(1, query.limit))
      return try Row.fetchAll(db, sql: sql, arguments: conditions.arguments + [limit]).map(reader.row)
    }
  }

  /// nil when unknown.
  public func computer(_ clientID: ClientID) async throws -> ComputerDetails? {
    try await read("computer") { db in
      guard let key = try ComputerRows.key(clientID, db) else { return nil }
      let registration = try RegistrationRows.fetch(key, db)
      return ComputerDetails(
        row: try ComputerReader(db).row(of: key), registration: registration?.registration,
        registered: registration?.registered)
    }
  }

  /// Puts a computer into target groups, instead of those it was in. Without groups it is in Unassigned Computers;
  /// builtin groups are not assigned.
  ///
  /// - Returns: the assignment before and after, for the audit log.
  /// - Throws: ``CatalogError/clientSideTargeting(operation:)`` when computers name their groups themselves,
  ///   ``CatalogError/unknownComputer(_:)``, ``CatalogError/unknownGroup(_:)``.
  @discardableResult
  public func assign(_ clientID: ClientID, to groups: [GUID]) async throws -> ComputerMove {
    try await writeDurably("move computer") { db in
      let membership = try GroupMembership(db)
      guard membership.targeting == .serverSide else {
        throw CatalogError.clientSideTargeting(operation: "move computer")
      }
      let assigned = try membership.assignable(groups)
      let computer = try ComputerRows.known(clientID, db)
      let before = try membership.direct(computer, db)
      try db.execute(sql: "DELETE FROM groupAssignment WHERE computerKey = ?", arguments: [computer.value])
      for group in assigned {
        try db.execute(sql: "INSERT INTO groupAssignment VALUES (?, ?)", arguments: [computer.value, group.sql])
      }
      let after = try membership.direct(computer, db)
      if after != before { try ComputerRows.markChanged(computer, db) }
      return ComputerMove(
        clientID: clientID, dnsName: try ComputerReader(db).row(of: computer).dnsName, before: before, after: after)
    }
  }

  /// Forgets a computer with everything it reported. When it calls again, it is a new one.
  ///
  /// - Returns: the computer as it was, for the audit log.
  /// - Throws: ``CatalogError/unknownComputer(_:)``.
  @discardableResult
  public func removeComputer(_ clientID: ClientID) async throws -> ComputerRow {
    try await writeDurably("remove computer") { db in
      let computer = try ComputerRows.known(clientID, db)
      let before = try ComputerReader(db).row(of: computer)
      try ComputerRows.remove(computer, db)
      return before
    }
  }

  /// Forgets computers without a contact since a moment, at most `limit` of them in one transaction.
  ///
  /// - Returns: the computers as they were, by name; call again until there is none.
  @discardableResult
  public func removeComputers(silentSince moment: Timestamp, limit: Int = 100) async throws -> [ComputerRow] {
    var query = ComputerQuery()
    query.silentSince = moment
    query.limit = limit
    return try await writeDurably("remove silent computers") { [query] db in
      let reader = try ComputerReader(db)
      let conditions = try ComputerConditions(query, reader.membership).sql()
      let sql = "\(ComputerReader.select) WHERE \(conditions.sql) ORDER BY dnsName, computerKey LIMIT ?"
      let rows = try Row.fetchAll(db, sql: sql, arguments: conditions.arguments + [max(1, limit)]).map(reader.row)
      for row in rows { try ComputerRows.remove(row.computer, db) }
      return rows
    }
  }
}

extension GroupMembership {
  /// The custom groups among those that are named.
  fileprivate func assignable(_ wanted: [GUID]) throws -> [GUID] {
    try Set(wanted).sorted().filter { id in
      guard let group = groups.first(where: { $0.targetGroupID == id }) else { throw CatalogError.unknownGroup(id) }
      return !group.isBuiltin
    }
  }
}
