extension Catalog {
  /// A computer as it stands now, for each of its calls; nil when it is unknown (any more).
  public func clientRecord(_ clientID: ClientID) async throws -> ClientRecord? {
    try await read("client record") { db in
      guard let computer = try ComputerRows.key(clientID, db) else { return nil }
      return ClientRecord(
        computer: computer, isNew: false, isRegistered: try ComputerRows.isRegistered(computer, db),
        groups: try GroupMembership(db).all(computer, db))
    }
  }
}
