internal import GRDB
internal import UpdateModel

/// Which files the selected revisions list, and which of them somebody may get.
struct ExportedFileSets {
  /// Files of selected revisions.
  private(set) var listed = KeySet()
  /// Those of them that are not of declined updates alone: a revision lists them that is not declined itself and
  /// that no selected revision bundles, or one that counts itself (docs/catalog.md, wanted files).
  private(set) var offered = KeySet()

  init(_ selected: KeySet, _ db: Database) throws {
    let revisions = try Self.offeredRevisions(selected, db)
    try RawStatement(db, "SELECT revisionID, fileID FROM revisionFile").forEach { row in
      guard let revisionID = row.int64(0), let fileID = row.int64(1), selected.contains(revisionID) else { return }
      listed.insert(fileID)
      if revisions.contains(revisionID) { offered.insert(fileID) }
    }
  }

  /// Downwards from what no selected revision bundles; declined updates end the way.
  private static func offeredRevisions(_ selected: KeySet, _ db: Database) throws -> KeySet {
    let hidden = try hiddenRevisions(db)
    let members = try members(selected, db)
    var offered = KeySet()
    var open: [Int64] = []
    try RawStatement(db, "SELECT revisionID FROM revision").forEach { row in
      guard let revisionID = row.int64(0), selected.contains(revisionID), !hidden.contains(revisionID),
        !members.all.contains(revisionID)
      else { return }
      offered.insert(revisionID)
      if members.parents.contains(revisionID) { open.append(revisionID) }
    }
    let select = try RawStatement(db, "\(selectMembers) WHERE bundle.revisionID = ?")
    while let revisionID = open.popLast() {
      select.bind(1, revisionID)
      try select.forEach { row in
        guard let member = row.int64(1), selected.contains(member), !hidden.contains(member) else { return }
        if offered.insert(member), members.parents.contains(member) { open.append(member) }
      }
    }
    return offered
  }

  private static let selectMembers = """
    SELECT bundle.revisionID, member.revisionID FROM bundle JOIN revision AS member
      ON member.updateKey = bundle.updateKey AND member.revisionNumber = bundle.revisionNumber
    """

  private static func members(_ selected: KeySet, _ db: Database) throws -> (all: KeySet, parents: KeySet) {
    var all = KeySet()
    var parents = KeySet()
    try RawStatement(db, selectMembers).forEach { row in
      guard let parent = row.int64(0), let member = row.int64(1), selected.contains(parent) else { return }
      all.insert(member)
      parents.insert(parent)
    }
    return (all, parents)
  }

  private static func hiddenRevisions(_ db: Database) throws -> KeySet {
    var hidden = KeySet()
    let sql = "SELECT revisionID FROM knownUpdate JOIN revision USING (updateKey) WHERE isHidden = 1"
    try RawStatement(db, sql).forEach { row in if let revisionID = row.int64(0) { hidden.insert(revisionID) } }
    return hidden
  }
}

/// Counts what is left out, with examples.
struct LeftOutTally {
  private struct Entry {
    var count = 0
    var bytes: Int64 = 0
    var examples: [String] = []
  }

  private var entries: [LeftOut.Reason: Entry] = [:]

  /// In the order of the reasons.
  var leftOut: [LeftOut] {
    LeftOut.Reason.allCases.compactMap { reason in
      entries[reason].map { LeftOut(reason: reason, count: $0.count, bytes: $0.bytes, examples: $0.examples) }
    }
  }

  mutating func add(_ reason: LeftOut.Reason, _ example: @autoclosure () throws -> String, bytes: Int64 = 0) rethrows {
    var entry = entries[reason, default: Entry()]
    entry.count += 1
    entry.bytes += bytes
    if entry.examples.count < LeftOut.exampleLimit { entry.examples.append(try example()) }
    entries[reason] = entry
  }

  mutating func add(_ sets: ExportedFileSets, hostsExpress: Bool, _ db: Database) throws {
    try RawStatement(db, "SELECT fileID, digest, size, isPresent, flags FROM file").forEach { row in
      guard let fileID = row.int64(0), sets.listed.contains(fileID) else { return }
      let flags = FileFlags(rawValue: Int(row.int64(4) ?? 0))
      let reason = Self.reason(
        isOffered: sets.offered.contains(fileID), isPresent: row.int64(3) == 1, flags, hostsExpress: hostsExpress)
      if let reason { try add(reason, try row.digest(1).hex, bytes: row.int64(2) ?? 0) }
    }
  }

  private static func reason(
    isOffered: Bool, isPresent: Bool, _ flags: FileFlags, hostsExpress: Bool
  ) -> LeftOut.Reason? {
    guard isOffered else { return .declined }
    guard !isPresent else { return nil }
    if flags.contains(.isExpress), !hostsExpress { return .express }
    return flags.contains(.hasSHA256) ? .absent : .withoutSHA256
  }
}
