import Foundation
import GRDB
import UpdateModel

/// Everything visible of a catalogue without its own numbers, one line a fact.
enum CatalogDump {
  static let all = [
    "revision": """
    SELECT hex(updateID), revisionNumber, isLatest, kind, flags, hex(bytes) FROM revision
    JOIN knownUpdate USING (updateKey) JOIN document USING (revisionID) WHERE changeSequence IS NOT NULL
    """,
    "staged": """
    SELECT hex(updateID), revisionNumber FROM revision JOIN knownUpdate USING (updateKey)
    WHERE changeSequence IS NULL
    """,
    "text": """
    SELECT hex(updateID), revisionNumber, position, language, title, description FROM localizedText
    JOIN revision USING (revisionID) JOIN knownUpdate USING (updateKey)
    """,
    "prerequisite": """
    SELECT hex(own.updateID), revisionNumber, clause, position, hex(named.updateID), isCategory FROM prerequisite
    JOIN revision USING (revisionID) JOIN knownUpdate AS own ON own.updateKey = revision.updateKey
    JOIN knownUpdate AS named ON named.updateKey = prerequisite.updateKey
    """,
    "file": """
    SELECT hex(updateID), revisionNumber, position, hex(digest), fileName, size, muURL, isPresent,
      hex(additionalDigests)
    FROM revisionFile JOIN file USING (fileID) JOIN revision USING (revisionID) JOIN knownUpdate USING (updateKey)
    """,
    "listing": "SELECT kind, anchor FROM listing", "entry": "SELECT kind, position FROM listingEntry",
    "anchors": "SELECT categoryAnchor, updateAnchor, deploymentAnchor FROM upstream",
  ]

  /// What a replica must have equal to its USS (SSS-373, SSS-380).
  static let replicated = [
    "latest": """
    SELECT hex(updateID), revisionNumber, hex(bytes) FROM revision
    JOIN knownUpdate USING (updateKey) JOIN document USING (revisionID) WHERE isLatest = 1
    """,
    "group": "SELECT hex(targetGroupID), name, hex(parentGroupID), isBuiltin FROM targetGroup",
    "deployment": """
    SELECT hex(deploymentID), hex(updateID), revisionNumber, hex(targetGroupID), action, adminName, deadline,
      isAssigned, goLiveTime, downloadPriority, isResolved FROM deployment JOIN knownUpdate USING (updateKey)
    WHERE isDead = 0
    """,
    "hidden": "SELECT hex(updateID) FROM knownUpdate WHERE isHidden = 1",
    "eula": "SELECT hex(eulaID) FROM eula WHERE isAccepted = 1",
  ]

  static func lines(_ path: String, _ tables: [String: String]) throws -> [String] {
    let queue = try DatabaseQueue(path: path)
    return try queue.read { db in
      try tables.sorted { $0.key < $1.key }.flatMap { name, sql in
        try Row.fetchAll(db, sql: sql).map { row in
          name + "|" + row.databaseValues.map(\.description).joined(separator: "|")
        }.sorted()
      }
    }
  }
}
