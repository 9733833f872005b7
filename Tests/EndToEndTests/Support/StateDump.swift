import Foundation
import GRDB
import Sealing
import TestSupport
import UpdateModel

/// What equal end states are: everything a reader or a downstream server can see, without times and row numbers.
struct StateDump: Equatable, Sendable {
  /// Facts that one transaction makes visible together, with the anchor that it moves.
  enum Part: String, CaseIterable, Sendable {
    case categories, updates, approvals
  }

  var parts: [Part: [String]] = [:]
  /// Files that the catalogue says are here.
  var present: Set<String> = []
  /// `XX/name` to SHA-256, of everything in `content/`.
  var content: [String: String] = [:]
  /// Names in `staging/`.
  var staging: [String] = []
  var quarantine: [String] = []

  subscript(part: Part) -> [String] { parts[part] ?? [] }

  /// A part without whether an approval's revision has come: what is not resolved is not offered.
  func visible(_ part: Part) -> [String] {
    self[part].map { $0.hasPrefix("deployment|") ? String($0.dropLast(2)) : $0 }.sorted()
  }

  /// A part after the listing is published and before the superseded revisions are that only approvals name:
  /// they come in a commit of their own, after the approvals that name them (SSS-224).
  func listed(_ part: Part, after old: StateDump) -> [String] {
    let kept = Set(self[part].filter { Self.isLatest($0) }.map { Self.identity($0) })
      .union(old[part].map { Self.identity($0) })
    return visible(part).filter { part != .updates || $0.hasPrefix("anchor|") || kept.contains(Self.identity($0)) }
  }

  /// Lines are `table|updateID|revision|...`.
  private static func identity(_ line: String) -> String {
    line.split(separator: "|", omittingEmptySubsequences: false).dropFirst().prefix(2).joined(separator: "|")
  }

  private static func isLatest(_ line: String) -> Bool {
    let fields = line.split(separator: "|", omittingEmptySubsequences: false)
    return fields.count > 3 && fields[0] == "revision" && fields[3] == "1"
  }

  /// What differs, in few words.
  func differences(from other: StateDump) -> [String] {
    var found = Part.allCases.flatMap { Self.difference("\($0)", self[$0], other[$0]) }
    found += Self.difference("present", present.sorted(), other.present.sorted())
    found += Self.difference("content", content.map { "\($0) \($1)" }, other.content.map { "\($0) \($1)" })
    found += Self.difference("staging", staging, other.staging)
    found += Self.difference("quarantine", quarantine, other.quarantine)
    return found
  }

  private static func difference(_ name: String, _ left: [String], _ right: [String]) -> [String] {
    let (left, right) = (Set(left), Set(right))
    let only = left.subtracting(right).sorted().prefix(3).map { "\(name): unexpected \($0.prefix(200))" }
    let missing = right.subtracting(left).sorted().prefix(3).map { "\(name): missing \($0.prefix(200))" }
    guard left != right else { return [] }
    return ["\(name): \(left.subtracting(right).count) unexpected, \(right.subtracting(left).count) missing"] + only
      + missing
  }
}

extension StateDump {
  /// Reads a copy of the database, so that its log stays as a killed run left it.
  init(state: String) throws {
    let scratch = try TemporaryDirectory()
    for name in ["catalog.sqlite", "catalog.sqlite-wal"]
    where FileManager.default.fileExists(atPath: "\(state)/\(name)") {
      try FileManager.default.copyItem(atPath: "\(state)/\(name)", toPath: scratch.path(name))
    }
    let queue = try DatabaseQueue(path: scratch.path("catalog.sqlite"))
    try queue.read { db in
      let check = try String.fetchAll(db, sql: "PRAGMA quick_check(10)")
      guard check == ["ok"] else { throw DamagedState(words: check.joined(separator: "; ")) }
      for (part, tables) in Self.tables { parts[part] = try Self.lines(db, tables) }
      present = Set(try String.fetchAll(db, sql: "SELECT hex(digest) FROM file WHERE isPresent = 1"))
    }
    try queue.close()
    content = try Self.files(state + "/content")
    staging = try FileManager.default.contentsOfDirectory(atPath: state + "/staging").sorted()
    quarantine = try FileManager.default.contentsOfDirectory(atPath: state + "/quarantine").sorted()
  }

  struct DamagedState: Error { let words: String }

  private static let revision = """
    SELECT hex(updateID), revisionNumber, isLatest, kind, flags, eulaID, bytes FROM revision
    JOIN knownUpdate USING (updateKey) JOIN document USING (revisionID)
    WHERE changeSequence IS NOT NULL AND kind
    """
  private static let tables: [(Part, [String: String])] = [
    (
      .categories,
      [
        "revision": revision + " <= 5", "anchor": "SELECT categoryAnchor FROM upstream",
      ]
    ),
    (
      .updates,
      [
        "revision": revision + " > 5", "anchor": "SELECT updateAnchor FROM upstream",
        "file": """
        SELECT hex(updateID), revisionNumber, position, hex(digest), fileName, size, muURL, hex(additionalDigests)
        FROM revisionFile JOIN file USING (fileID) JOIN revision USING (revisionID) JOIN knownUpdate USING (updateKey)
        WHERE changeSequence IS NOT NULL
        """,
        "key": """
        SELECT hex(updateID), revisionNumber, hex(digest), hex(decryptionKey.bytes) FROM decryptionKey
        JOIN file USING (fileID) JOIN revision USING (revisionID) JOIN knownUpdate USING (updateKey)
        WHERE changeSequence IS NOT NULL
        """,
      ]
    ),
    (
      .approvals,
      [
        "group": "SELECT hex(targetGroupID), name, hex(parentGroupID), isBuiltin FROM targetGroup",
        "deployment": """
        SELECT hex(deploymentID), hex(updateID), revisionNumber, hex(targetGroupID), action, adminName, deadline,
          isAssigned, goLiveTime, downloadPriority, isResolved FROM deployment JOIN knownUpdate USING (updateKey)
        WHERE isDead = 0
        """,
        "hidden": "SELECT hex(updateID) FROM knownUpdate WHERE isHidden = 1",
        "eula": "SELECT hex(eulaID) FROM eula WHERE isAccepted = 1",
        "anchor": "SELECT deploymentAnchor FROM upstream",
      ]
    ),
  ]

  private static func lines(_ db: Database, _ tables: [String: String]) throws -> [String] {
    try tables.flatMap { name, sql in
      try Row.fetchAll(db, sql: sql).map { row in
        try name + "|" + row.databaseValues.map(text).joined(separator: "|")
      }
    }.sorted()
  }

  /// Documents and other bytes as their SHA-256.
  private static func text(_ value: DatabaseValue) throws -> String {
    guard case .blob(let data) = value.storage else { return value.description }
    return try FileDigester.digests(of: Array(data)).sha256.hex
  }

  private static func files(_ folder: String) throws -> [String: String] {
    var found: [String: String] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: "\(folder)/\(name)", isDirectory: &isFolder), !isFolder.boolValue
      else { continue }
      let bytes = FileManager.default.contents(atPath: "\(folder)/\(name)") ?? Data()
      found[name] = try FileDigester.digests(of: Array(bytes)).sha256.hex
    }
    return found
  }
}

/// What a USS and its replica must have equal (SSS-373, SSS-380).
enum ReplicatedFacts {
  static func of(_ catalogFile: String) throws -> [String: Set<String>] {
    let queue = try DatabaseQueue(path: catalogFile)
    defer { try? queue.close() }
    return try queue.read { db in
      try tables.mapValues { sql in
        Set(
          try Row.fetchAll(db, sql: sql).map { row in
            try row.databaseValues.map { value in
              guard case .blob(let data) = value.storage else { return value.description }
              return try FileDigester.digests(of: Array(data)).sha256.hex
            }.joined(separator: "|")
          })
      }
    }
  }

  private static let tables = [
    "latest revisions and their documents": """
    SELECT hex(updateID), revisionNumber, bytes FROM revision
    JOIN knownUpdate USING (updateKey) JOIN document USING (revisionID) WHERE isLatest = 1
    """,
    "groups": "SELECT hex(targetGroupID), name, hex(parentGroupID), isBuiltin FROM targetGroup",
    "deployments": """
    SELECT hex(deploymentID), hex(updateID), revisionNumber, hex(targetGroupID), action, adminName, deadline,
      isAssigned, goLiveTime, downloadPriority, isResolved FROM deployment JOIN knownUpdate USING (updateKey)
    WHERE isDead = 0
    """,
    "hidden updates": "SELECT hex(updateID) FROM knownUpdate WHERE isHidden = 1",
    "accepted EULAs": "SELECT hex(eulaID) FROM eula WHERE isAccepted = 1",
  ]
}

extension DownstreamSite {
  /// Makes files that wait for the USS due now, as if the pause after a 404 were over.
  func endWaiting() throws {
    let queue = try DatabaseQueue(path: catalogFile)
    try queue.write { db in
      try db.execute(sql: "UPDATE fileFailure SET nextTry = failedAt WHERE nextTry IS NOT NULL")
    }
    try queue.close()
  }
}
