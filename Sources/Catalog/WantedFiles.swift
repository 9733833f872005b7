internal import GRDB
internal import UpdateModel

/// Which files the policy asks for, as conditions on `file` (guide 9.1).
enum WantedFiles {
  /// Published revisions that are not declined.
  private static let isOffered = "changeSequence IS NOT NULL AND isHidden = 0"

  /// Everything with a live install deployment, and what it bundles, at any depth (AMB-38).
  private static let deployed = """
    deployed(revisionID) AS (
      SELECT revisionID FROM revision JOIN knownUpdate USING (updateKey)
      WHERE \(isOffered) AND EXISTS (SELECT 1 FROM deployment
        WHERE deployment.updateKey = revision.updateKey AND deployment.revisionNumber = revision.revisionNumber
          AND isDead = 0 AND isResolved = 1 AND action = 0)
        AND updateKey IN (SELECT updateKey FROM deployment WHERE isDead = 0)
      UNION
      SELECT member.revisionID FROM deployed JOIN bundle ON bundle.revisionID = deployed.revisionID
        JOIN revision AS member ON member.updateKey = bundle.updateKey AND member.revisionNumber = bundle.revisionNumber
        JOIN knownUpdate ON knownUpdate.updateKey = member.updateKey
      WHERE \(isOffered))
    """

  /// The revisions of one file and, upwards, all that bundle them.
  static let holders = """
    holder(revisionID, updateKey, revisionNumber) AS (
      SELECT revisionID, updateKey, revisionNumber
      FROM revisionFile JOIN revision USING (revisionID) JOIN knownUpdate USING (updateKey)
      WHERE revisionFile.fileID = file.fileID AND \(isOffered)
      UNION
      SELECT parent.revisionID, parent.updateKey, parent.revisionNumber
      FROM holder JOIN bundle ON bundle.updateKey = holder.updateKey AND bundle.revisionNumber = holder.revisionNumber
        JOIN revision AS parent ON parent.revisionID = bundle.revisionID
        JOIN knownUpdate ON knownUpdate.updateKey = parent.updateKey
      WHERE \(isOffered))
    """

  /// A holder that no published revision bundles: what an administrator sees.
  static let isTop = """
    NOT EXISTS (SELECT 1 FROM bundle JOIN revision AS parent ON parent.revisionID = bundle.revisionID
      WHERE bundle.updateKey = holder.updateKey AND bundle.revisionNumber = holder.revisionNumber
        AND parent.changeSequence IS NOT NULL)
    """

  /// `WITH` clause and condition.
  static func query(_ policy: ContentPolicy) -> (with: String, condition: String) {
    let express = policy.includesExpress ? "" : " AND file.flags & \(FileFlags.isExpress.rawValue) = 0"
    let isListed = "EXISTS (SELECT 1 FROM revisionFile WHERE revisionFile.fileID = file.fileID)"
    let isRequested = "(isRequested = 1 AND \(isListed))"
    if policy.isRequestedOnly { return ("", isRequested) }
    if policy.isLazy {
      let isDeployed = "file.fileID IN (SELECT fileID FROM deployed JOIN revisionFile USING (revisionID))"
      return ("WITH RECURSIVE \(deployed)", "((\(isDeployed)\(express)) OR \(isRequested))")
    }
    let isHeld = "EXISTS (WITH RECURSIVE \(holders) SELECT 1 FROM holder WHERE \(isTop))"
    return ("", "((\(isHeld)\(express)) OR \(isRequested))")
  }

  static func hasDigest(_ policy: ContentPolicy) -> String {
    policy.requiresSHA256 ? " AND file.flags & \(FileFlags.hasSHA256.rawValue)" : ""
  }
}

/// Reads a file as its first published revision declares it; one that declares a SHA-256 comes before
/// those that do not, as `file.flags` says that the file has one. Staged revisions count only when no
/// published one lists the file.
struct ContentFileReader {
  private let select: RawStatement
  private let failure: Statement

  init(_ db: Database) throws {
    select = try RawStatement(
      db,
      """
      SELECT fileName, modified, patchingType, isEncrypted, additionalDigests, changeSequence IS NULL, revisionID
      FROM revisionFile JOIN revision USING (revisionID) WHERE fileID = ?
      """)
    failure = try db.cachedStatement(
      sql: "SELECT reason, attempts, failedAt, nextTry FROM fileFailure WHERE fileID = ?")
  }

  func file(_ fileID: Int64, digest: FileDigest, size: Int64?) throws -> ContentFile {
    var best: (rank: Rank, file: ContentFile)?
    select.bind(1, fileID)
    try select.forEach { row in
      var rank = Rank(row)
      if let best, !(rank < best.rank) { return }
      let file = Self.file(row, digest: digest, size: size)
      rank.isWithoutSHA256 = !rank.isStaged && file.sha256 == nil
      if let best, !(rank < best.rank) { return }
      best = (rank, file)
    }
    return best?.file ?? ContentFile(digest: digest, fileName: "", size: size)
  }

  /// The lowest declares the file.
  private struct Rank: Comparable {
    let isStaged: Bool
    /// Of a published one; false as long as the digests were not read.
    var isWithoutSHA256 = false
    private let isWithoutDigests: Bool
    private let revisionID: Int64

    init(_ row: RawRow) {
      isStaged = row.int64(5) == 1
      isWithoutDigests = row.blob(4).isEmpty
      revisionID = row.int64(6) ?? 0
    }

    private var parts: (Int, Int, Int, Int64) {
      (isStaged ? 1 : 0, isWithoutSHA256 ? 1 : 0, isWithoutDigests ? 1 : 0, revisionID)
    }

    static func < (left: Rank, right: Rank) -> Bool { left.parts < right.parts }
  }

  private static func file(_ row: RawRow, digest: FileDigest, size: Int64?) -> ContentFile {
    ContentFile(
      digest: digest, additionalDigests: AdditionalDigestList.digests(copyBytes(row.blob(4))),
      fileName: row.text(0) ?? "", size: size, modified: row.int64(1).map { Timestamp(ticks: $0) },
      patchingType: row.text(2).map { PatchingType($0) }, isEncrypted: row.int64(3) == 1)
  }

  /// From five columns: name, modified, patching type, encrypted, additional digests.
  static func file(_ row: Row, from index: Int, digest: FileDigest, size: Int64?) throws -> ContentFile {
    ContentFile(
      digest: digest, additionalDigests: try row.bytes(index + 4).map(AdditionalDigestList.digests) ?? [],
      fileName: row[index], size: size, modified: row.timestamp(index + 1),
      patchingType: (row[index + 2] as String?).map { PatchingType($0) }, isEncrypted: row[index + 3])
  }

  func failure(_ fileID: Int64) throws -> FileFailure? {
    try Row.fetchOne(failure, arguments: [fileID]).map { row in
      FileFailure(
        reason: row[0], attempts: row[1], failed: Timestamp(ticks: row[2]), nextTry: row.timestamp(3))
    }
  }
}
