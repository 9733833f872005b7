internal import GRDB
internal import Packing
internal import UpdateModel

/// One derived revision with its fragments packed, before the transaction begins.
struct PackedRevision: Sendable {
  struct Localized: Sendable {
    let kind: FragmentKind
    let fragment: DerivedRevision.Localized
    let packed: PackedDocument
  }

  let revisionID: Int64
  let core: PackedDocument?
  let extended: PackedDocument?
  let localized: [Localized]
  let drivers: [DriverRow]
  /// Why there are no fragments.
  let failure: String?

  init(_ derived: DerivedRevision, _ writer: inout FrameWriter) throws {
    revisionID = derived.revisionID.value
    switch derived.outcome {
    case .failure(let reason):
      core = nil
      extended = nil
      localized = []
      drivers = []
      failure = reason
    case .content(let content):
      core = try PackedDocument(content.core, &writer)
      extended = try PackedDocument(content.extended, &writer)
      localized =
        try content.localized.map { try Localized(.localizedProperties, $0, &writer) }
        + content.eulas.map { try Localized(.eula, $0, &writer) }
      drivers = content.drivers
      failure = nil
    }
  }
}

extension PackedRevision.Localized {
  init(_ kind: FragmentKind, _ fragment: DerivedRevision.Localized, _ writer: inout FrameWriter) throws {
    self.kind = kind
    self.fragment = fragment
    packed = try PackedDocument(fragment.bytes, &writer)
  }
}

/// Writes derived revisions in place of what an older transformer left; lives inside one transaction.
struct FragmentWriter {
  /// Rows by revision that are derived from its document.
  static let tables = ["coreFragment", "extendedFragment", "localizedFragment", "driver", "fragmentFailure"]

  private let version: Int
  private let isPublished: RawStatement
  private let forget: [RawStatement]
  private let insertCore: RawStatement
  private let insertExtended: RawStatement
  private let insertLocalized: RawStatement
  private let drivers: DriverWriter
  private let insertFailure: RawStatement
  private let finish: RawStatement

  init(_ db: Database, version: Int) throws {
    self.version = version
    isPublished = try RawStatement(
      db, "SELECT 1 FROM revision WHERE revisionID = ? AND changeSequence IS NOT NULL")
    forget = try Self.tables.map { try RawStatement(db, "DELETE FROM \($0) WHERE revisionID = ?") }
    insertCore = try RawStatement(db, "INSERT INTO coreFragment VALUES (?, ?, ?)")
    insertExtended = try RawStatement(db, "INSERT INTO extendedFragment VALUES (?, ?, ?)")
    insertLocalized = try RawStatement(db, "INSERT INTO localizedFragment VALUES (?, ?, ?, ?, ?, ?, ?, ?)")
    drivers = try DriverWriter(db)
    insertFailure = try RawStatement(db, "INSERT INTO fragmentFailure VALUES (?, ?)")
    finish = try RawStatement(db, "UPDATE revision SET fragmentVersion = ? WHERE revisionID = ?")
  }

  /// - Returns: false when the revision is not visible any more.
  func write(_ revision: PackedRevision) throws -> Bool {
    isPublished.bind(1, revision.revisionID)
    guard try isPublished.fetchInt64() != nil else { return false }
    for statement in forget {
      statement.bind(1, revision.revisionID)
      try statement.run()
    }
    try insert(revision.core, insertCore, revision.revisionID)
    try insert(revision.extended, insertExtended, revision.revisionID)
    for (position, localized) in revision.localized.enumerated() {
      try insert(localized, position: Int64(position), revision.revisionID)
    }
    try drivers.write(revision.drivers, revision.revisionID)
    if let failure = revision.failure {
      insertFailure.bind(1, revision.revisionID)
      insertFailure.bind(2, failure)
      try insertFailure.run()
    }
    finish.bind(1, Int64(version))
    finish.bind(2, revision.revisionID)
    try finish.run()
    return true
  }

  private func insert(_ packed: PackedDocument?, _ statement: RawStatement, _ revisionID: Int64) throws {
    guard let packed else { return }
    statement.bind(1, revisionID)
    statement.bind(2, packed.bytes)
    statement.bind(3, packed.length)
    try statement.run()
  }

  private func insert(_ localized: PackedRevision.Localized, position: Int64, _ revisionID: Int64) throws {
    insertLocalized.bind(1, revisionID)
    insertLocalized.bind(2, Int64(localized.kind.rawValue))
    insertLocalized.bind(3, position)
    insertLocalized.bind(4, localized.fragment.language)
    insertLocalized.bind(5, localized.fragment.geoID)
    if let eulaID = localized.fragment.eulaID { insertLocalized.bind(6, eulaID) } else { insertLocalized.bindNull(6) }
    insertLocalized.bind(7, localized.packed.bytes)
    insertLocalized.bind(8, localized.packed.length)
    try insertLocalized.run()
  }
}
