import Catalog
import Export
import UpdateModel

/// What `import plan` tells.
struct ImportPlanReport: Report {
  struct Administration: Encodable {
    let groups: Int
    let deployments: Int
    let declined: Int
    let acceptedEULAs: Int
    /// Approvals that would become local ones.
    let approvals: [Approval]
    /// Deployments of groups that this site does not have.
    let unmatchedGroups: [String: Int]
  }

  struct Approval: Encodable {
    let update: String
    let group: String
    let action: String
    let replaces: Bool
    let unchanged: Bool
  }

  let archive: String
  let source: String
  let sourceName: String
  let sequence: Int64
  let created: String
  let expires: String?
  let base: ArchiveBaseRow?
  let manifestSHA256: String
  let signers: [String]
  /// This archive was applied before.
  let appliedBefore: Bool
  let counts: ArchiveCountsRow
  /// Absent until the volumes with the lists are there.
  let newRevisions: Int?
  let newFiles: Int
  let newBytes: Int64
  let presentVolumes: [Int]
  let missingVolumes: [Int]
  let bytesNeeded: Int64
  let bytesFree: Int64
  let administration: Administration?
  let introduces: [String]
  let revokes: [String]

  init(_ preview: ImportPreview) {
    let manifest = preview.manifest
    archive = manifest.archiveID.description
    source = manifest.source.serverID.description
    sourceName = manifest.source.name
    sequence = manifest.sequence
    created = manifest.created.description
    expires = manifest.expires?.description
    base = manifest.base.map(ArchiveBaseRow.init)
    manifestSHA256 = preview.manifestSHA256.hex
    signers = preview.signers
    appliedBefore = preview.isRepeat
    counts = ArchiveCountsRow(manifest.counts)
    newRevisions = preview.newRevisions
    newFiles = preview.newFiles
    newBytes = preview.newBytes
    presentVolumes = preview.presentVolumes
    missingVolumes = preview.missingVolumes
    bytesNeeded = preview.roomNeeded
    bytesFree = preview.roomFree
    administration = preview.administration.map(Administration.init)
    introduces = preview.introduces
    revokes = manifest.revokes.map(\.hex)
  }

  var table: String {
    var fields: [(name: String, value: String)] = [
      ("archive", "\(archive), number \(sequence), \(base?.text ?? "everything")"),
      ("from", "\(sourceName) (\(source))"), ("created", Quantity.moment(created)),
      ("expires", expires.map(Quantity.moment) ?? "never"), ("signed by", signers.joined(separator: "; ")),
      ("manifest SHA-256", manifestSHA256),
    ]
    if appliedBefore { fields.append(("applied", "before: there is nothing to do")) }
    let revisions = newRevisions.map { Quantity.count($0, "revision") } ?? "revisions: not known without more volumes"
    fields += [
      ("new here", "\(revisions), \(Quantity.count(newFiles, "file")), \(Quantity.bytes(newBytes))"),
      ("the site has then", counts.totalText),
      ("disk", "\(Quantity.bytes(bytesNeeded)) needed, \(Quantity.bytes(bytesFree)) free"),
    ]
    if let administration { fields.append(("brings", administration.text)) }
    for signer in introduces { fields.append(("introduces", signer)) }
    for signer in revokes { fields.append(("revokes", signer)) }
    if !missingVolumes.isEmpty { fields.append(("not here", VolumeNames.text(missingVolumes))) }
    return FieldList.text(fields) + (administration?.section ?? "")
  }
}

extension ImportPlanReport.Administration {
  init(_ preview: AdministrationPreview) {
    self.init(
      groups: preview.groups, deployments: preview.deployments, declined: preview.declined,
      acceptedEULAs: preview.acceptedEULAs, approvals: preview.approvals.approvals.map(ImportPlanReport.Approval.init),
      unmatchedGroups: preview.approvals.unmatchedGroups)
  }

  var text: String {
    "\(Quantity.count(groups, "group")), \(Quantity.count(deployments, "approval")), \(declined) declined, "
      + Quantity.count(acceptedEULAs, "accepted EULA")
  }

  /// The approvals that would become local ones, below the report.
  var section: String {
    guard !approvals.isEmpty || !unmatchedGroups.isEmpty else { return "" }
    var table = TextTable(["APPROVAL", "GROUP", "ACTION", "CHANGE"])
    for row in approvals.prefix(40) {
      table.add([row.update, row.group, row.action, row.unchanged ? "none" : row.replaces ? "replaced" : "new"])
    }
    var lines = [table.text]
    if approvals.count > 40 { lines.append("... and \(approvals.count - 40) more (--json lists them)") }
    for (group, count) in unmatchedGroups.sorted(by: { $0.key < $1.key }) {
      lines.append("no group \"\(TextTable.plain(group))\" here: \(Quantity.count(count, "approval")) left out")
    }
    return "\n\n" + lines.joined(separator: "\n")
  }
}

extension ImportPlanReport.Approval {
  init(_ approval: ApprovalMapping.Approval) {
    self.init(
      update: approval.deployment.identity.updateID.description, group: approval.groupName,
      action: "\(approval.deployment.action)", replaces: approval.replaces, unchanged: approval.isUnchanged)
  }
}

/// What `import apply` did.
struct ImportReport: Report {
  enum Result: String, Encodable {
    case applied, alreadyApplied, waiting
  }

  let result: Result
  let archive: String?
  let source: String?
  let sourceName: String?
  let sequence: Int64?
  let manifestSHA256: String?
  let signers: [String]
  let newRevisions: Int
  let newUpdates: Int
  let newFiles: Int
  let newBytes: Int64
  let changedGroups: Int
  let changedDeployments: Int
  let changedDeclines: Int
  let unresolvedDeployments: Int
  /// Volumes that are still needed.
  let missingVolumes: [Int]
  let introduced: [String]
  let revoked: [String]

  init(_ outcome: ImportResult) {
    var applied: AppliedImport?
    var record: ImportRecord?
    var missing: [Int] = []
    switch outcome {
    case .applied(let done):
      result = .applied
      applied = done
      record = done.summary.record
    case .alreadyApplied(let earlier):
      result = .alreadyApplied
      record = earlier
    case .waiting(let volumes):
      result = .waiting
      missing = volumes
    }
    archive = record?.archive.archiveID.description
    source = record?.archive.sourceServerID.description
    sourceName = record?.archive.sourceName
    sequence = record?.archive.sequence
    manifestSHA256 = record?.archive.manifestSHA256.hex.lowercased()
    signers = record?.archive.signers ?? []
    newRevisions = applied?.summary.revisions ?? 0
    newUpdates = applied?.summary.updates ?? 0
    newFiles = applied?.files ?? 0
    newBytes = applied?.bytes ?? 0
    changedGroups = applied.map { $0.summary.changedGroups + $0.summary.deletedGroups } ?? 0
    changedDeployments = applied.map { $0.summary.changedDeployments + $0.summary.deadDeployments } ?? 0
    changedDeclines = applied?.summary.changedHidden ?? 0
    unresolvedDeployments = applied?.summary.unresolved.count ?? 0
    missingVolumes = missing
    introduced = applied?.trust.introduced ?? []
    revoked = applied?.trust.revoked.map { $0.hex.lowercased() } ?? []
  }

  /// For the audit log.
  var facts: [String: String] {
    var facts = [
      "signers": signers.joined(separator: ", "), "revisions": "\(newRevisions)", "files": "\(newFiles)",
      "deployments": "\(changedDeployments)",
    ]
    facts["source"] = source
    facts["sequence"] = sequence.map(String.init)
    facts["manifestSHA256"] = manifestSHA256
    if !introduced.isEmpty { facts["introduced"] = introduced.joined(separator: ", ") }
    if !revoked.isEmpty { facts["revoked"] = revoked.joined(separator: ", ") }
    return facts
  }

  var table: String {
    if result == .waiting {
      return "waiting for \(VolumeNames.text(missingVolumes)): what was read is kept, repeat the command with them"
    }
    var fields = [
      (name: "archive", value: "\(archive ?? ""), number \(sequence ?? 0)"), ("from", sourceName ?? ""),
      ("signed by", signers.joined(separator: "; ")),
    ]
    if result == .alreadyApplied { return FieldList.text(fields + [("result", "applied before: nothing changed")]) }
    fields += [
      ("metadata", "\(Quantity.count(newRevisions, "new revision")) of \(Quantity.count(newUpdates, "new update"))"),
      ("content", "\(Quantity.count(newFiles, "file")), \(Quantity.bytes(newBytes)) verified and stored"),
      ("groups", "\(changedGroups) changed"),
      (
        "approvals",
        "\(changedDeployments) changed, \(changedDeclines) declines changed"
          + (unresolvedDeployments > 0 ? ", \(unresolvedDeployments) not applicable yet" : "")
      ),
    ]
    for signer in introduced { fields.append(("now trusted", signer)) }
    for signer in revoked { fields.append(("trusted no more", signer)) }
    return FieldList.text(fields + [("result", "complete")])
  }
}
