internal import GRDB
public import UpdateModel

/// Client computers as they come in.
extension Catalog {
  /// Lets a computer in, known or not (WUSP-097): stores its name, address and the groups it asks for (WUSP-100).
  ///
  /// On disk when it returns. The groups that are asked for count only under client-side targeting (WUSP-098, -099).
  ///
  /// - Parameter requestedGroups: `targetGroupName` as sent; nil clears what was asked for before.
  /// - Throws: ``CatalogError/tooManyComputers(limit:)`` for a new one above ``ClientLimits/computers``.
  public func recordClient(
    _ clientID: ClientID, dnsName: HostName, requestedGroups: String?, address: String? = nil
  ) async throws -> ClientRecord {
    let now = clock()
    let requested = RequestedGroups(requestedGroups)
    let address = ClientText.bounded(ifAny: address)
    return try await clientWrites.run(weight: 1, in: self, "record client") { db in
      let known = try ComputerRows.key(clientID, db)
      let computer = try known ?? ComputerRows.insert(clientID, dnsName, at: now, db)
      var isChanged = try ComputerRows.touch(computer, dnsName, address: address, at: now, db)
      if try requested.store(computer, db) { isChanged = true }
      if isChanged { try ComputerRows.markChanged(computer, db) }
      return ClientRecord(
        computer: computer, isNew: known == nil, isRegistered: try ComputerRows.isRegistered(computer, db),
        groups: try GroupMembership(db).all(computer, db))
    }
  }

  /// Stores what a computer says of itself (WUSP-124). On disk when it returns.
  ///
  /// - Returns: whether anything is new; then the details are to be rolled up again (WUSP-128).
  /// - Throws: ``CatalogError/unknownComputer(_:)``.
  @discardableResult
  public func registerComputer(_ clientID: ClientID, _ registration: ComputerRegistration) async throws -> Bool {
    let now = clock()
    return try await clientWrites.run(weight: 1, in: self, "register computer") { db in
      let computer = try ComputerRows.known(clientID, db)
      var isChanged = try ComputerRows.touch(computer, registration.dnsName, address: nil, at: now, db)
      if try RegistrationRows.store(registration.bounded, of: computer, at: now, db) { isChanged = true }
      if isChanged { try ComputerRows.markChanged(computer, db) }
      return isChanged
    }
  }

  /// Records that computers were here, for those who list silent ones; unknown ones are ignored. A power loss may
  /// undo it: collect contacts, and store many of them with one call.
  public func recordContacts(_ contacts: [ClientContact]) async throws {
    try await write("record contacts") { db in
      let update = try RawStatement(
        db, "UPDATE computer SET lastContact = ?2 WHERE computerKey = ?1 AND lastContact < ?2")
      for contact in contacts {
        update.bind(1, contact.computer.value)
        update.bind(2, contact.time.ticks)
        try update.run()
      }
    }
  }

  /// The groups whose deployments count for a computer, with All Computers; parents are not in here.
  ///
  /// - Throws: ``CatalogError/unknownComputer(_:)``.
  public func clientGroups(_ clientID: ClientID) async throws -> Set<GUID> {
    try await read("client groups") { db in
      try GroupMembership(db).all(try ComputerRows.known(clientID, db), db)
    }
  }

  /// Who decides which groups computers are in.
  public func targeting() async throws -> Targeting { try await read("targeting") { db in try Self.targeting(db) } }

  /// Changes who decides. Assignments and requested names are both kept.
  public func save(_ targeting: Targeting) async throws {
    try await writeDurably("save targeting") { db in
      guard try Self.targeting(db) != targeting else { return }
      try db.execute(sql: "UPDATE server SET targeting = ?", arguments: [targeting.rawValue])
      // Everybody may be in other groups now, and the roll-up names them.
      try db.execute(sql: "UPDATE computer SET hasDetailsChanged = 1")
    }
  }

  static func targeting(_ db: Database) throws -> Targeting {
    guard let code = try Int.fetchOne(db.cachedStatement(sql: "SELECT targeting FROM server")),
      let targeting = Targeting(rawValue: code)
    else { throw CatalogError.damagedRow(table: "server", key: 1, column: "targeting") }
    return targeting
  }
}
