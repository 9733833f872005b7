internal import GRDB
internal import UpdateModel

/// Reads what the rules are for and asks them; lives inside one snapshot or transaction.
struct RulePlanner {
  private let db: Database
  private let tree: CategoryTree
  private let titles: TitleReader

  init(_ db: Database) throws {
    self.db = db
    tree = try CategoryTree(db)
    titles = try TitleReader(db, language: nil)
  }

  /// - Throws: ``CatalogError/invalidRule(_:text:)`` for a stored rule that this program cannot read.
  func plan(at now: Timestamp) throws -> RulePlan {
    let reports = RingReportReader(db)
    let sources = RuleEvaluation.Sources(
      report: { try reports.report($0.updateKey, $1) },
      eulas: { try ApprovalSubject($0.identity.updateID, db).unacceptedEULAs(db) },
      successors: { try successors(of: $0.updateKey) })
    var evaluation = RuleEvaluation(try RuleFacts(db), at: now, sources)
    for stored in try RuleRows.all(db) where stored.rule.isEnabled { try ask(stored, &evaluation) }
    return evaluation.plan
  }

  private func ask(_ stored: StoredRule, _ evaluation: inout RuleEvaluation) throws {
    let test: TitleTest?
    do throws(TitlePattern.Problem) { test = try stored.rule.title.map(TitleTest.init) } catch {
      throw CatalogError.invalidRule(stored.rule.name, text: error.text)
    }
    let rows = try Row.fetchCursor(db, sql: try sql(stored.rule))
    while let row = try rows.next() {
      let candidate = RuleCandidate(
        revisionID: row[0], updateKey: row[1], identity: try row.identity(2, 3), arrived: Timestamp(ticks: row[4]),
        supersededSince: row.timestamp(5))
      guard evaluation.mayConcern(stored.rule, candidate) else { continue }
      let title = try titles.title(candidate.revisionID) ?? ""
      guard test?.accepts(title) ?? true else { continue }
      try evaluation.ask(stored, candidate, title: title)
    }
  }

  private func sql(_ rule: ApprovalRule) throws -> String {
    var conditions = [
      "isLatest = 1", "kind > \(UpdateKind.lastConfigurationCode)",
      "revision.flags & \(RevisionFlags.isExplicitlyDeployable.rawValue)", "isHidden = 0",
      "publicationState IS NOT 'Expired'",
    ]
    for ids in [rule.classifications, rule.products] where !ids.isEmpty {
      let keys = try tree.keys(ids, db).sorted().map(String.init).joined(separator: ", ")
      conditions.append("revisionID IN (SELECT revisionID FROM membership WHERE categoryKey IN (\(keys)))")
    }
    return """
      SELECT revisionID, updateKey, updateID, revisionNumber, changedAt,
        (SELECT min(arrival.changedAt) FROM \(Self.successors("revision.updateKey")))
      FROM revision JOIN knownUpdate USING (updateKey) JOIN change ON sequence = changeSequence
      WHERE \(conditions.joined(separator: " AND ")) ORDER BY revisionID
      """
  }

  /// Latest revisions that supersede an update, declined and expired ones left out, with the change that showed them.
  private static func successors(_ updateKey: String) -> String {
    """
    supersedence JOIN revision AS successor ON successor.revisionID = supersedence.revisionID
      JOIN knownUpdate AS successorUpdate ON successorUpdate.updateKey = successor.updateKey
      JOIN change AS arrival ON arrival.sequence = successor.changeSequence
    WHERE supersedence.updateKey = \(updateKey) AND successor.isLatest = 1 AND successorUpdate.isHidden = 0
      AND successor.publicationState IS NOT 'Expired'
    """
  }

  private func successors(of updateKey: Int64) throws -> [Int64] {
    let sql = "SELECT DISTINCT successor.updateKey FROM \(Self.successors("?"))"
    return try Int64.fetchAll(db.cachedStatement(sql: sql), arguments: [updateKey])
  }
}
