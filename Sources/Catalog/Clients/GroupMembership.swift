internal import GRDB
internal import UpdateModel

/// Which computers are in which target groups, as the groups are in this snapshot.
///
/// Nothing of it is stored: an assignment to a group that is gone, or a requested name that no group has, does not
/// count, and counts again when the group comes back.
struct GroupMembership {
  let targeting: Targeting
  let groups: [TargetGroup]
  /// Groups that computers can be members of: not the builtin ones.
  private let custom: [TargetGroup]
  private let byName: [String: GUID]

  init(_ db: Database) throws {
    targeting = try Catalog.targeting(db)
    groups = try Catalog.groups(db)
    custom = groups.filter { !$0.isBuiltin }
    byName = Dictionary(
      custom.map { ($0.name.lowercased(), $0.targetGroupID) }, uniquingKeysWith: { first, _ in first })
  }

  static let allComputers = TargetGroup.allComputers.targetGroupID
  static let unassigned = TargetGroup.unassignedComputers.targetGroupID

  /// The custom groups of a computer in the order of their GUIDs; Unassigned Computers when there is none.
  func direct(_ computer: ComputerKey, _ db: Database) throws -> [GUID] {
    let members = try Set(
      Row.fetchAll(db.cachedStatement(sql: "\(memberRows) WHERE computerKey = ?"), arguments: [computer.value])
        .compactMap { try group($0, at: 1) })
    return effective(members)
  }

  /// With All Computers.
  func all(_ computer: ComputerKey, _ db: Database) throws -> Set<GUID> {
    Set(try direct(computer, db)).union([Self.allComputers])
  }

  private func effective(_ members: Set<GUID>) -> [GUID] {
    members.isEmpty ? [Self.unassigned] : custom.map(\.targetGroupID).filter(members.contains)
  }

  /// `computerKey` and what names the group.
  private var memberRows: String {
    switch targeting {
    case .serverSide: "SELECT computerKey, targetGroupID FROM groupAssignment"
    case .clientSide: "SELECT computerKey, foldedName FROM requestedGroup"
    }
  }

  /// nil when there is no such group (any more).
  private func group(_ row: Row, at index: Int) throws -> GUID? {
    switch targeting {
    case .serverSide:
      let id = try row.guid(index, table: "groupAssignment")
      return custom.contains { $0.targetGroupID == id } ? id : nil
    case .clientSide: return byName[row[index]]
    }
  }
}

extension GroupMembership {
  /// A condition on `computer`: it is in one of the groups, or in a group below one of them. Nil means all computers.
  ///
  /// - Throws: ``CatalogError/unknownGroup(_:)``.
  func condition(_ wanted: [GUID]) throws -> (sql: String, arguments: StatementArguments)? {
    if let unknown = wanted.first(where: { id in !groups.contains { $0.targetGroupID == id } }) {
      throw CatalogError.unknownGroup(unknown)
    }
    guard !wanted.isEmpty, !wanted.contains(Self.allComputers) else { return nil }
    let selected = Set(wanted).union(wanted.flatMap(below))
    var parts = [isMember(of: custom.filter { selected.contains($0.targetGroupID) })]
    if wanted.contains(Self.unassigned) {
      let any = isMember(of: custom)
      parts.append(("NOT \(any.sql)", any.arguments))
    }
    return (
      "(" + parts.map(\.sql).joined(separator: " OR ") + ")", parts.reduce(into: []) { $0 += $1.arguments }
    )
  }

  private func isMember(of members: [TargetGroup]) -> (sql: String, arguments: StatementArguments) {
    let marks = databaseQuestionMarks(count: members.count)
    switch targeting {
    case .serverSide:
      return (
        """
        EXISTS (SELECT 1 FROM groupAssignment AS member WHERE member.computerKey = computer.computerKey
          AND member.targetGroupID IN (\(marks)))
        """, StatementArguments(members.map(\.targetGroupID.sql))
      )
    case .clientSide:
      return (
        """
        EXISTS (SELECT 1 FROM requestedGroup AS member WHERE member.computerKey = computer.computerKey
          AND member.foldedName IN (\(marks)))
        """, StatementArguments(members.map { $0.name.lowercased() })
      )
    }
  }

  /// All groups below one, at any depth.
  private func below(_ group: GUID) -> [GUID] {
    var found: [GUID] = []
    var next = [group]
    while let parent = next.popLast() {
      let children = groups.filter { $0.parentGroupID == parent && !found.contains($0.targetGroupID) }
      found += children.map(\.targetGroupID)
      next += children.map(\.targetGroupID)
    }
    return found
  }

  /// The groups themselves and all that are above them, without repetition; always with All Computers.
  func withParents(_ direct: [GUID]) -> Set<GUID> {
    var found: Set<GUID> = [Self.allComputers]
    for group in direct {
      var next: GUID? = group
      while let id = next, found.insert(id).inserted {
        next = groups.first { $0.targetGroupID == id }?.parentGroupID
      }
    }
    return found.filter { id in groups.contains { $0.targetGroupID == id } }
  }
}

extension GroupMembership {
  /// Walks the members in the order of computers, beside another walk in the same order.
  struct Walk {
    private let membership: GroupMembership
    private let rows: RowCursor
    private var next: Row?

    init(_ membership: GroupMembership, _ db: Database) throws {
      self.membership = membership
      rows = try Row.fetchCursor(db, sql: "\(membership.memberRows) ORDER BY computerKey")
      next = try rows.next()
    }

    /// The groups of a computer as ``GroupMembership/direct(_:_:)`` has them. Ask in growing order.
    mutating func direct(_ computer: ComputerKey) throws -> [GUID] {
      var members: Set<GUID> = []
      while let row = next, row[0] <= computer.value {
        if row[0] == computer.value, let group = try membership.group(row, at: 1) { members.insert(group) }
        next = try rows.next()
      }
      return membership.effective(members)
    }
  }
}

/// Names that a computer asks for in `targetGroupName`: separated by semicolons, kept as sent but for blanks
/// around them. Names that no group can have, and those beyond the bound, are dropped.
struct RequestedGroups {
  let names: [String]

  init(_ text: String?) {
    names = (text ?? "").split(separator: ";", maxSplits: ClientLimits.requestedGroups)
      .prefix(ClientLimits.requestedGroups)
      .map { $0.trimmingPrefix(while: \.isWhitespace).reversed().trimmingPrefix(while: \.isWhitespace).reversed() }
      .map { String($0) }
      .filter { !$0.isEmpty && $0.unicodeScalars.count <= ClientLimits.groupNameLength }
      .map { ClientText.bounded($0, limit: ClientLimits.groupNameLength) }
  }

  static func stored(_ computer: ComputerKey, _ db: Database) throws -> [String] {
    let sql = "SELECT name FROM requestedGroup WHERE computerKey = ? ORDER BY position"
    return try String.fetchAll(db.cachedStatement(sql: sql), arguments: [computer.value])
  }

  /// - Returns: whether they differ from what was stored.
  func store(_ computer: ComputerKey, _ db: Database) throws -> Bool {
    guard try Self.stored(computer, db) != names else { return false }
    try db.execute(sql: "DELETE FROM requestedGroup WHERE computerKey = ?", arguments: [computer.value])
    for (position, name) in names.enumerated() {
      try db.execute(
        sql: "INSERT INTO requestedGroup VALUES (?, ?, ?, ?)",
        arguments: [computer.value, position, name, name.lowercased()])
    }
    return true
  }
}
