internal import GRDB
internal import UpdateModel

/// One growing sequence for everything that a DSS may have to hear of.
///
/// A transaction takes at most one sequence and stamps the rows it changes with it.
enum ChangeLog {
  /// What a transaction changed, for people who read the table.
  enum Subject: Int {
    case server = 0
    case revisions = 1
    case deployments = 2
    case languages = 3
    case groups = 4
    case hidden = 5
    case eulas = 6
    case archive = 7
    /// Approved revisions whose content became complete or incomplete.
    case content = 8
  }

  static func next(_ db: Database, at now: Timestamp, _ subject: Subject) throws -> Int64 {
    try db.execute(
      sql: "INSERT INTO change (changedAt, subject) VALUES (?, ?)", arguments: [now.ticks, subject.rawValue])
    return db.lastInsertedRowID
  }

  /// The position of this snapshot. The same state has the same mark.
  static func mark(_ db: Database) throws -> ChangeMark {
    let epoch = try String.fetchOne(db, sql: "SELECT epoch FROM server") ?? ""
    let row = try Row.fetchOne(db, sql: "SELECT sequence, changedAt FROM change ORDER BY sequence DESC LIMIT 1")
    guard let row else { return ChangeMark(sequence: 0, time: Timestamp(ticks: 0), epoch: epoch) }
    return ChangeMark(sequence: row[0], time: Timestamp(ticks: row[1]), epoch: epoch)
  }

  /// The sequence that an anchor of ours names; nil for no anchor. Empty text means none (SSS-132, SSS-197).
  ///
  /// The moment counts as well: after a return to an older copy of the database the same sequence is
  /// given to another change, and an anchor from before would pass over everything up to it.
  static func sequence(_ db: Database, of text: String?) throws -> Int64? {
    guard let text, !text.isEmpty else { return nil }
    guard let mark = ChangeMark(text) else { throw CatalogError.malformedAnchor(text) }
    let now = try self.mark(db)
    guard mark.epoch == now.epoch, mark.sequence <= now.sequence, try isRecorded(mark, db) else {
      throw CatalogError.foreignAnchor(text, epoch: now.epoch, lastSequence: now.sequence)
    }
    return mark.sequence
  }

  private static func isRecorded(_ mark: ChangeMark, _ db: Database) throws -> Bool {
    let sql = "SELECT changedAt FROM change WHERE sequence = ?"
    let ticks = try Int64.fetchOne(db, sql: sql, arguments: [mark.sequence])
    return Timestamp(ticks: ticks ?? 0).anchorText == mark.time.anchorText
  }
}

/// A sequence that is taken when the first row changes, and not before.
struct LazySequence {
  private(set) var value: Int64?
  let now: Timestamp
  let subject: ChangeLog.Subject

  init(at now: Timestamp, _ subject: ChangeLog.Subject) {
    self.now = now
    self.subject = subject
  }

  mutating func take(_ db: Database) throws -> Int64 {
    if let value { return value }
    let next = try ChangeLog.next(db, at: now, subject)
    value = next
    return next
  }
}
