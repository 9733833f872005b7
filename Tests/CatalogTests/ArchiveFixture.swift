import Catalog
import Foundation
import GRDB
import UpdateModel

func archive(_ number: Int, sequence: Int64? = nil, source: Int = 7000) -> ImportedArchive {
  ImportedArchive(
    archiveID: guid(8000 + number), sourceServerID: guid(source), sourceName: "source.example",
    sequence: sequence ?? Int64(number), created: Timestamp(year: 2026, month: 1, day: 2),
    base: number == 1 ? nil : ArchiveBase(kind: .archive, id: guid(7999 + number), sequence: Int64(number - 1)),
    manifestSHA256: SHA256Digest(bytes: [UInt8](repeating: UInt8(number), count: 32))!,
    signers: ["officer 01ab", "second 02cd"],
    counts: ArchiveCounts(contentBytes: 5, contentFiles: 4, revisions: 3, totalContentFiles: 2, totalRevisions: 1))
}

/// What a snapshot showed, kept for tests.
struct ExportedSite: Sendable {
  var revisions: [ExportedRevision] = []
  var identities: [UpdateIdentity] = []
  var files: [ExportedFile] = []
  var state: ExportedState
  var leftOut: [LeftOut.Reason: LeftOut] = [:]
}

extension Catalog {
  func exported(_ selection: ExportSelection = .everything) async throws -> ExportedSite {
    try await exportSnapshot(selection) { snapshot in
      var site = ExportedSite(state: try snapshot.state())
      try snapshot.forEachIdentity { site.identities.append($0) }
      try snapshot.forEachRevision { site.revisions.append($0) }
      try snapshot.forEachContentFile { site.files.append($0) }
      for entry in try snapshot.leftOut() { site.leftOut[entry.reason] = entry }
      return site
    }
  }

  func numbers(_ selection: ExportSelection) async throws -> [Int] {
    try await exported(selection).identities.map { Int($0.updateID.low & 0xFFFF) }
  }

  /// Everything that a DSS is answered, from no anchor; the numbers of change log and epoch are left out.
  func answers() async throws -> ServedAnswers {
    let lists = [
      try await list(configuration: true), try await list(),
      try await list(version: ProtocolVersion(major: 1, minor: 0)),
    ]
    let identities = try everyIdentity()
    let deployments = try await deployments(since: nil, upTo: syncAnchor())
    let configuration = try await serverConfiguration(since: nil)
    return ServedAnswers(
      lists: lists, updateData: try await updateData(identities), keys: try await decryptionData(identities),
      groups: deployments.groups, deployments: deployments.deployments, dead: deployments.deadDeployments,
      hidden: deployments.hiddenUpdates, eulas: deployments.acceptedEULAs, limits: configuration.limits,
      languages: configuration.languages, unresolved: try await unresolvedDeployments(),
      files: try await files(try everyDigest()).filter { $0.file.fileName != "" })
  }

  /// Stored revisions, also those that nobody sees.
  private func everyIdentity() throws -> [UpdateIdentity] {
    try DatabaseQueue(path: path).read { db in
      try Row.fetchAll(
        db, sql: "SELECT updateID, revisionNumber FROM revision JOIN knownUpdate USING (updateKey)"
      ).map { UpdateIdentity(updateID: GUID(bytes: [UInt8]($0[0] as Data))!, revisionNumber: $0[1]) }.sorted()
    }
  }

  private func everyDigest() throws -> [FileDigest] {
    try DatabaseQueue(path: path).read { db in
      try Data.fetchAll(
        db,
        sql: """
          SELECT DISTINCT digest FROM file JOIN revisionFile USING (fileID) JOIN revision USING (revisionID)
          WHERE changeSequence IS NOT NULL
          """
      ).map { FileDigest(bytes: [UInt8]($0))! }.sorted()
    }
  }
}

struct ServedAnswers: Hashable, Sendable {
  let lists: [[UpdateIdentity]]
  let updateData: [StoredRevision]
  let keys: [RevisionKeys]
  let groups: [TargetGroup]
  let deployments: [Deployment]
  let dead: [GUID]
  let hidden: [GUID]
  let eulas: [GUID]
  let limits: RequestLimits
  let languages: [LanguageSetting]
  let unresolved: [Deployment]
  let files: [FileRecord]
}
