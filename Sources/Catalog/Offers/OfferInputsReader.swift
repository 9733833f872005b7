internal import GRDB
internal import Offering
internal import UpdateModel

/// Reads everything that offers depend on; lives inside one snapshot.
struct OfferInputsReader {
  private let db: Database
  private let days: ChangeDays

  init(_ db: Database) throws {
    self.db = db
    days = try ChangeDays(db)
  }

  func inputs() throws -> OfferInputs {
    var reader = try OfferCatalogueReader(db, days: days)
    let catalogue = try reader.catalogue()
    let sequence = try Int64.fetchOne(db, sql: "SELECT coalesce(max(sequence), 0) FROM change") ?? 0
    let oldest = try Int64.fetchOne(db, sql: "SELECT oldestSequence FROM server") ?? 0
    var inputs = OfferInputs(
      catalogue: catalogue, deployments: try deployments(), groups: try Catalog.groups(db), hidden: try hidden(),
      leafChanges: try leafChanges(), oldestSequence: oldest, sequence: sequence)
    try addReadiness(&inputs)
    try addEULAs(&inputs, own: reader.eulas)
    return inputs
  }

  /// A live one whose revision or group is not known yet deploys nothing: it counts as ended.
  private func deployments() throws -> [ExplicitDeployment] {
    let sql = """
      SELECT deploymentKey, updateKey, revisionNumber, targetGroupID, action, deadline, isAssigned, goLiveTime,
        downloadPriority, changeSequence, isDead <> 0 OR NOT isResolved
      FROM deployment ORDER BY deploymentKey
      """
    var deployments: [ExplicitDeployment] = []
    try RawStatement(db, sql).forEach { row in
      let sequence = row.int64(9) ?? 0
      deployments.append(
        ExplicitDeployment(
          number: try row.key(0, of: "deployment"), updateKey: try row.key(1, of: "deployment"),
          revisionNumber: try row.key(2, of: "deployment"), group: try row.guid(3),
          action: DeploymentAction(rawValue: try row.key(4, of: "deployment")),
          deadline: Timestamp(ticks: row.int64(5) ?? 0), isAssigned: row.int64(6) == 1,
          goLiveTime: Timestamp(ticks: row.int64(7) ?? 0), downloadPriority: UInt8(clamping: row.int64(8) ?? 1),
          changedOn: days[sequence], sequence: sequence, isDead: row.int64(10) == 1))
    }
    return deployments
  }

  private func hidden() throws -> [Int32: HiddenState] {
    var hidden: [Int32: HiddenState] = [:]
    let sql = "SELECT updateKey, isHidden, hiddenSequence FROM knownUpdate WHERE hiddenSequence IS NOT NULL"
    try RawStatement(db, sql).forEach { row in
      hidden[try row.key(0, of: "knownUpdate")] = HiddenState(
        isHidden: row.int64(1) == 1, sequence: row.int64(2) ?? 0)
    }
    return hidden
  }

  private func leafChanges() throws -> [Int32: Int64] {
    var changes: [Int32: Int64] = [:]
    try RawStatement(db, "SELECT updateKey, changeSequence FROM namedUpdate").forEach { row in
      changes[try row.key(0, of: "namedUpdate")] = row.int64(1) ?? 0
    }
    return changes
  }

  /// What is approved and was not evaluated yet counts as incomplete.
  private func addReadiness(_ inputs: inout OfferInputs) throws {
    let sql = """
      SELECT DISTINCT revisionID, coalesce(isComplete, 0), readiness.changeSequence
      FROM \(Readiness.approvedRevisions) LEFT JOIN readiness USING (revisionID) WHERE \(Readiness.isApproved)
      """
    try RawStatement(db, sql).forEach { row in
      let revisionID = try row.key(0, of: "readiness")
      if row.int64(1) != 1 { inputs.incomplete.insert(revisionID) }
      if let sequence = row.int64(2) { inputs.readinessChanges[revisionID] = sequence }
    }
  }

  /// Licence terms of a revision, and of what an approved one bundles: nothing is installed before all are accepted.
  private func addEULAs(
    _ inputs: inout OfferInputs, own: [Int32: (isAccepted: Bool, sequence: Int64?)]
  ) throws {
    guard !own.isEmpty else { return }
    for (revisionID, eula) in own { inputs.add(isAccepted: eula.isAccepted, eula.sequence, to: revisionID) }
    let sql = """
      WITH RECURSIVE \(Readiness.parts) SELECT top, coalesce(isAccepted, 0), acceptedSequence
      FROM part JOIN revision USING (revisionID) LEFT JOIN eula ON eula.eulaID = revision.eulaID
      WHERE revision.eulaID IS NOT NULL
      """
    try RawStatement(db, sql).forEach { row in
      inputs.add(isAccepted: row.int64(1) == 1, row.int64(2), to: try row.key(0, of: "revision"))
    }
  }
}

extension OfferInputs {
  fileprivate mutating func add(isAccepted: Bool, _ sequence: Int64?, to revisionID: Int32) {
    if !isAccepted { unacceptedEULA.insert(revisionID) }
    guard let sequence else { return }
    eulaChanges[revisionID] = max(sequence, eulaChanges[revisionID] ?? sequence)
  }
}
