internal import GRDB
internal import Offering
internal import UpdateModel

/// Fills an ``OfferCatalogue`` from four tables read side by side in the order of the revisions; nothing is kept for
/// a row but what the catalogue itself keeps. Lives inside one snapshot.
struct OfferCatalogueReader {
  private let days: ChangeDays
  private let underivable: KeySet
  private let revisions: RawStatement
  private var prerequisites: RowsBesideRevisions
  private var bundles: RowsBesideRevisions
  private var drivers: RowsBesideRevisions
  private let count: Int
  /// By revision: whether its licence terms are accepted, and since which change.
  private(set) var eulas: [Int32: (isAccepted: Bool, sequence: Int64?)] = [:]

  init(_ db: Database, days: ChangeDays) throws {
    self.days = days
    underivable = try Self.underivable(db)
    count = try Int.fetchOne(db, sql: "SELECT count(*) FROM revision") ?? 0
    revisions = try RawStatement(
      db,
      """
      SELECT revisionID, updateKey, revisionNumber, kind, changeSequence, revision.eulaID IS NOT NULL,
        coalesce(isAccepted, 0), acceptedSequence
      FROM revision LEFT JOIN eula ON eula.eulaID = revision.eulaID
      WHERE changeSequence IS NOT NULL ORDER BY revisionID
      """)
    prerequisites = try RowsBesideRevisions(
      db, "SELECT revisionID, clause, updateKey, isCategory FROM prerequisite ORDER BY revisionID, clause, position")
    bundles = try RowsBesideRevisions(
      db, "SELECT revisionID, updateKey, revisionNumber FROM bundle ORDER BY revisionID, clause, position")
    drivers = try RowsBesideRevisions(db, "SELECT \(DriverRow.columns) FROM driver ORDER BY revisionID, position")
  }

  /// Revisions without fragments cannot be sent to anybody.
  private static func underivable(_ db: Database) throws -> KeySet {
    var keys = KeySet()
    try RawStatement(db, "SELECT revisionID FROM fragmentFailure").forEach { row in keys.insert(row.int64(0) ?? 0) }
    return keys
  }

  mutating func catalogue() throws -> OfferCatalogue {
    defer {
      revisions.reset()
      for rows in [prerequisites, bundles, drivers] { rows.reset() }
    }
    var builder = OfferCatalogue.Builder(reserving: count)
    while let row = try revisions.next() {
      let revisionID = row.int64(0) ?? 0
      guard !underivable.contains(revisionID) else { continue }
      try begin(row, &builder)
      try addRelations(of: revisionID, &builder)
    }
    return builder.finish()
  }

  private mutating func begin(_ row: RawRow, _ builder: inout OfferCatalogue.Builder) throws {
    let sequence = row.int64(4) ?? 0
    let revisionID = try row.key(0, of: "revision")
    builder.begin(
      revisionID: revisionID, updateKey: try row.key(1, of: "revision"), revisionNumber: try row.key(2, of: "revision"),
      kind: OfferKind(code: Int(row.int64(3) ?? 0)), arrivedOn: days[sequence], sequence: sequence)
    guard row.int64(5) == 1 else { return }
    eulas[revisionID] = (row.int64(6) == 1, row.int64(7))
  }

  private mutating func addRelations(of revisionID: Int64, _ builder: inout OfferCatalogue.Builder) throws {
    try prerequisites.forEach(of: revisionID) { row in
      builder.prerequisite(
        clause: try row.key(1, of: "prerequisite"), updateKey: try row.key(2, of: "prerequisite"),
        isCategory: row.int64(3) == 1)
    }
    try bundles.forEach(of: revisionID) { row in
      builder.bundled(
        updateKey: try row.key(1, of: "bundle"), revisionNumber: try row.key(2, of: "bundle"))
    }
    try drivers.forEach(of: revisionID) { row in builder.driver(try DriverRow(row)) }
  }
}

/// A table ordered by revision in its first column, read while its revisions pass.
struct RowsBesideRevisions {
  private let statement: RawStatement
  private var row: RawRow?
  private var isBegun = false

  init(_ db: Database, _ sql: String) throws { statement = try RawStatement(db, sql) }

  func reset() { statement.reset() }

  /// Rows of earlier revisions are passed over.
  mutating func forEach(of revisionID: Int64, _ read: (RawRow) throws -> Void) throws {
    if !isBegun { row = try statement.next() }
    isBegun = true
    while let current = row, let owner = current.int64(0), owner <= revisionID {
      if owner == revisionID { try read(current) }
      row = try statement.next()
    }
  }
}

/// The day of each change that is still named by a row.
struct ChangeDays {
  private var days: [Int64: CivilDate] = [:]

  init(_ db: Database) throws {
    var days: [Int64: CivilDate] = [:]
    let sql = """
      SELECT sequence, changedAt FROM change WHERE sequence IN (
        SELECT changeSequence FROM revision WHERE changeSequence IS NOT NULL UNION SELECT changeSequence FROM deployment)
      """
    try RawStatement(db, sql).forEach { row in
      days[row.int64(0) ?? 0] = CivilDate(of: Timestamp(ticks: row.int64(1) ?? 0))
    }
    self.days = days
  }

  subscript(sequence: Int64) -> CivilDate { days[sequence] ?? CivilDate(dayNumber: 0) }
}

extension OfferKind {
  /// From `revision.kind`.
  init(code: Int) {
    switch UpdateKind(code: code, text: nil) {
    case .detectoid: self = .detectoid
    case .category: self = .category
    case .driver: self = .driver
    case .software, .other: self = .software
    }
  }
}

extension RawRow {
  /// A number in 32 bits. Of those that name rows, clients are told half: above are the implied deployments.
  func key(_ column: Int32, of table: String) throws -> Int32 {
    guard let value = int64(column), let key = Int32(exactly: value), key < EffectiveDeployment.firstImpliedNumber
    else {
      throw CatalogError.damagedRow(table: table, key: int64(column) ?? 0, column: "column \(column)")
    }
    return key
  }
}
