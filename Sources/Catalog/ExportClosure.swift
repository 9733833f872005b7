internal import GRDB
internal import UpdateModel

/// The published revisions that a selection names, with all that they need: categories and detectoids, prerequisites,
/// bundle members at any depth.
struct ExportClosure {
  /// Published revisions in it.
  private(set) var selected = KeySet()
  /// Bundle members and prerequisites that are not published here.
  private(set) var missingMembers: Set<UpdateIdentity> = []
  private(set) var missingPrerequisites: Set<GUID> = []
  private var open: [Int64] = []

  init(_ selection: ExportSelection, _ groups: GroupSelection, _ db: Database) throws {
    let roots = try Self.roots(selection, groups, db)
    let sql = "SELECT revisionID FROM revision WHERE changeSequence IS NOT NULL AND (\(roots))"
    try RawStatement(db, sql).forEach { row in if let revisionID = row.int64(0) { add(revisionID) } }
    try follow(db)
  }

  private mutating func add(_ revisionID: Int64) {
    if selected.insert(revisionID) { open.append(revisionID) }
  }

  private static func roots(_ selection: ExportSelection, _ groups: GroupSelection, _ db: Database) throws -> String {
    guard selection != .everything else { return "true" }
    let tree = try CategoryTree(db)
    var parts = ["kind > \(UpdateKind.lastConfigurationCode)"]
    for ids in [selection.categories, selection.classifications] where !ids.isEmpty {
      let keys = try tree.keys(ids, db).sorted().map(String.init).joined(separator: ", ")
      parts.append("revisionID IN (SELECT revisionID FROM membership WHERE categoryKey IN (\(keys)))")
    }
    if selection.approvedOnly || groups.isLimited { parts.append(isApproved(groups)) }
    return "kind <= \(UpdateKind.lastConfigurationCode) OR (\(parts.joined(separator: " AND ")))"
  }

  private static func isApproved(_ groups: GroupSelection) -> String {
    """
    EXISTS (SELECT 1 FROM deployment JOIN knownUpdate USING (updateKey)
      WHERE deployment.updateKey = revision.updateKey AND deployment.revisionNumber = revision.revisionNumber
        AND isHidden = 0 AND isDead = 0 AND isResolved = 1 AND action IN (0, 1) AND \(groups.condition))
    """
  }

  /// What the open ones need, until nothing new comes up. Each is visited once, so cycles end.
  private mutating func follow(_ db: Database) throws {
    let members = try RawStatement(
      db,
      """
      SELECT member.revisionID, updateID, bundle.revisionNumber FROM bundle JOIN knownUpdate USING (updateKey)
        LEFT JOIN revision AS member ON member.updateKey = bundle.updateKey
          AND member.revisionNumber = bundle.revisionNumber AND member.changeSequence IS NOT NULL
      WHERE bundle.revisionID = ?
      """)
    let prerequisites = try RawStatement(
      db,
      """
      SELECT needed.revisionID, updateID FROM prerequisite JOIN knownUpdate USING (updateKey)
        LEFT JOIN revision AS needed ON needed.updateKey = prerequisite.updateKey AND needed.isLatest = 1
      WHERE prerequisite.revisionID = ?
      """)
    while let revisionID = open.popLast() {
      members.bind(1, revisionID)
      try members.forEach { row in
        if let member = row.int64(0) { return add(member) }
        missingMembers.insert(UpdateIdentity(updateID: try row.guid(1), revisionNumber: Int32(row.int64(2) ?? 0)))
      }
      prerequisites.bind(1, revisionID)
      try prerequisites.forEach { row in
        if let needed = row.int64(0) { return add(needed) }
        missingPrerequisites.insert(try row.guid(1))
      }
    }
  }
}

/// The groups that a selection names: those, what lies above them and what lies below.
struct GroupSelection {
  /// Whether groups were named at all.
  let isLimited: Bool
  /// All groups when they are not limited.
  let groups: [TargetGroup]
  private let named: Set<GUID>

  init(_ ids: [GUID], _ db: Database) throws {
    let all = try Catalog.groups(db)
    isLimited = !ids.isEmpty
    named = Set(all.filter { ids.isEmpty || Self.isRelated($0, to: ids, all) }.map(\.targetGroupID))
    let named = self.named
    groups = all.filter { $0.isBuiltin || named.contains($0.targetGroupID) }
  }

  func contains(_ group: GUID) -> Bool { named.contains(group) }

  /// A condition on `deployment`.
  var condition: String {
    guard isLimited else { return "true" }
    let list = named.map { "x'\(Hex.lower($0.bytes))'" }.sorted().joined(separator: ", ")
    return "targetGroupID IN (\(list))"
  }

  private static func isRelated(_ group: TargetGroup, to ids: [GUID], _ all: [TargetGroup]) -> Bool {
    let own = line(from: group.targetGroupID, all)
    return ids.contains { own.contains($0) || line(from: $0, all).contains(group.targetGroupID) }
  }

  /// The group and what lies above it. A cycle ends where it closes.
  private static func line(from id: GUID, _ all: [TargetGroup]) -> Set<GUID> {
    var line: Set<GUID> = []
    var next = id
    while next != .zero, line.insert(next).inserted {
      next = all.first { $0.targetGroupID == next }?.parentGroupID ?? .zero
    }
    return line
  }
}
