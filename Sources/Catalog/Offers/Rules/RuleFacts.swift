internal import GRDB
internal import UpdateModel

/// An update that a rule may be for: its latest revision.
struct RuleCandidate {
  let revisionID: Int64
  let updateKey: Int64
  let identity: UpdateIdentity
  /// When the revision became visible here.
  let arrived: Timestamp
  /// When a revision that supersedes it became visible; nil when none did, or all of them are declined or expired.
  let supersededSince: Timestamp?
}

/// What people and rules decided so far.
struct RuleFacts {
  /// Live ones by update.
  private let deployments: [Int64: [Deployment]]
  private let decisions: [Key: Decisions.Author]
  private let parents: [GUID: GUID]

  struct Key: Hashable {
    let updateKey: Int64
    let targetGroupID: GUID
  }

  init(deployments: [Int64: [Deployment]], decisions: [Key: Decisions.Author], groups: [TargetGroup]) {
    self.deployments = deployments
    self.decisions = decisions
    parents = Dictionary(groups.map { ($0.targetGroupID, $0.parentGroupID) }) { first, _ in first }
  }

  init(_ db: Database) throws {
    self.init(
      deployments: try Self.deployments(db), decisions: try Self.decisions(db), groups: try Catalog.groups(db))
  }

  private static func deployments(_ db: Database) throws -> [Int64: [Deployment]] {
    let sql = DeploymentRows.select.replacing("isDead FROM", with: "isDead, updateKey FROM")
    let rows = try Row.fetchCursor(db, sql: "\(sql) WHERE isDead = 0 ORDER BY deploymentKey")
    var deployments: [Int64: [Deployment]] = [:]
    while let row = try rows.next() { deployments[row[11], default: []].append(try DeploymentRows.deployment(row)) }
    return deployments
  }

  private static func decisions(_ db: Database) throws -> [Key: Decisions.Author] {
    var decisions: [Key: Decisions.Author] = [:]
    try RawStatement(db, "SELECT updateKey, targetGroupID, ruleID FROM decision").forEach { row in
      let key = Key(updateKey: row.int64(0) ?? 0, targetGroupID: try row.guid(1))
      decisions[key] = row.int64(2).map { .rule($0) } ?? .person
    }
    return decisions
  }

  func isKnown(_ group: GUID) -> Bool { parents[group] != nil }

  func deployment(_ updateKey: Int64, _ group: GUID) -> Deployment? {
    deployments[updateKey]?.first { $0.targetGroupID == group }
  }

  /// Groups with a live approval for installation.
  func installs(_ updateKey: Int64) -> [GUID] {
    deployments[updateKey]?.filter { $0.action == .install }.map(\.targetGroupID) ?? []
  }

  /// The group and all above it.
  func chain(of group: GUID) -> [GUID] {
    var chain = [group]
    while let parent = chain.last.flatMap({ parents[$0] }), parents[parent] != nil, !chain.contains(parent) {
      chain.append(parent)
    }
    return chain
  }

  /// A deployment that nobody is known to have made is older than the rules, or came from elsewhere.
  private func isByPerson(_ updateKey: Int64, _ group: GUID) -> Bool {
    switch decisions[Key(updateKey: updateKey, targetGroupID: group)] {
    case .person: true
    case .rule: false
    case nil: deployment(updateKey, group) != nil
    }
  }

  /// Whether a person decided on the update for this group, or approved it for one above it.
  func isDecidedByPerson(_ updateKey: Int64, for group: GUID) -> Bool {
    isByPerson(updateKey, group)
      || chain(of: group).dropFirst().contains { deployment(updateKey, $0) != nil && isByPerson(updateKey, $0) }
  }

  /// Whether a person undeclined the update, or approved it for any group.
  func isDeclineDecidedByPerson(_ updateKey: Int64) -> Bool {
    decisions[Key(updateKey: updateKey, targetGroupID: Decisions.declining)] == .person
      || (deployments[updateKey] ?? []).contains { isByPerson(updateKey, $0.targetGroupID) }
  }
}
