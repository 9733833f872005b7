import Catalog
import UpdateModel

/// Everything about one revision, for `updates show`.
struct UpdateReport: Report {
  struct File: Encodable {
    let name: String
    let size: Int64?
    let sha1: String
    let sha256: String?
    let path: String
    let patchingType: String?
    let encrypted: Bool
    let present: Bool
    let verified: String?
    let failure: String?
  }

  struct Reference: Encodable {
    let update: String
    let revision: Int32?
    let title: String?
  }

  struct Approval: Encodable {
    let group: String
    let groupName: String?
    let action: String
    let deadline: String?
    let goLive: String
    let administrator: String?
  }

  struct Text: Encodable {
    let language: String
    let title: String
    let description: String?
  }

  let summary: UpdateListReport.Row
  let revisions: [Int32]
  let latest: Bool
  let texts: [Text]
  let languages: [String]
  let securityBulletins: [String]
  let severity: String?
  let supportURL: String?
  let moreInfoURLs: [String]
  let publicationState: String?
  let handler: String?
  let deployable: Bool
  let mandatory: Bool
  let eula: String?
  let eulaAccepted: Bool
  let prerequisites: [[String]]
  let categories: [Reference]
  let classifications: [Reference]
  let supersedes: [Reference]
  let supersededBy: [Reference]
  let bundles: [Reference]
  let bundledBy: [Reference]
  let files: [File]
  let approvals: [Approval]

  init(_ details: UpdateDetails) {
    summary = UpdateListReport.Row(details.row)
    revisions = details.revisions.map(\.revisionNumber)
    latest = details.isLatest
    texts = details.localized.map { Text(language: $0.language, title: $0.title, description: $0.description) }
    languages = details.languages
    securityBulletins = details.securityBulletins
    severity = details.msrcSeverity
    supportURL = details.supportURL
    moreInfoURLs = Array(Set(details.localized.flatMap(\.moreInfoURLs))).sorted()
    publicationState = details.publicationState
    handler = details.handler
    deployable = details.isExplicitlyDeployable
    mandatory = details.isMandatory
    eula = details.eulaID?.description
    eulaAccepted = details.isEULAAccepted
    prerequisites = details.prerequisites.map { $0.updateIDs.map(\.description) }
    categories = details.categories.map(Reference.init)
    classifications = details.classifications.map(Reference.init)
    supersedes = details.supersedes.map(Reference.init)
    supersededBy = details.supersededBy.map(Reference.init)
    bundles = details.bundles.map(Reference.init)
    bundledBy = details.bundledBy.map(Reference.init)
    files = details.files.map(File.init)
    approvals = details.approvals.map(Approval.init)
  }

  var table: String {
    let row = summary
    var sections = [
      FieldList.text([
        ("update", "\(row.update).\(row.revision)"), ("title", row.title), ("kind", row.kind),
        ("KB articles", Self.list(row.kbArticles.map { "KB\($0)" })), ("bulletins", Self.list(securityBulletins)),
        ("severity", severity ?? "-"), ("created", row.created.map(Quantity.moment) ?? "-"),
        ("arrived", Quantity.moment(row.arrived)),
        ("publication", publicationState ?? "-"), ("revisions", revisions.map(String.init).joined(separator: ", ")),
        ("languages", languages.isEmpty ? "all" : languages.joined(separator: ", ")),
        ("product", Self.titles(categories)), ("classification", Self.titles(classifications)),
        ("state", Self.state(row)), ("licence terms", eula.map { "\($0)\(eulaAccepted ? " (accepted)" : "")" } ?? "-"),
        ("support", supportURL ?? "-"), ("more", Self.list(moreInfoURLs)),
      ])
    ]
    if let description = texts.first(where: { $0.title == row.title })?.description {
      sections.append(TextTable.plain(description))
    }
    let references = [
      ("supersedes", supersedes), ("superseded by", supersededBy), ("bundles", bundles), ("bundled by", bundledBy),
    ]
    for (name, list) in references where !list.isEmpty { sections.append(Self.section(name, list)) }
    if !prerequisites.isEmpty {
      sections.append(
        (["requires all of"] + prerequisites.map { "  " + $0.joined(separator: " or ") }).joined(separator: "\n"))
    }
    for file in files { sections.append(file.table) }
    if !approvals.isEmpty {
      let lines = approvals.map {
        "  \($0.groupName ?? $0.group): \($0.action)" + ($0.deadline.map { ", deadline \($0)" } ?? "")
      }
      sections.append((["approvals"] + lines.map(TextTable.plain)).joined(separator: "\n"))
    }
    return sections.joined(separator: "\n\n")
  }

  private static func list(_ words: [String]) -> String { words.isEmpty ? "-" : words.joined(separator: ", ") }

  private static func titles(_ references: [Reference]) -> String { list(references.map { $0.title ?? $0.update }) }

  private static func state(_ row: UpdateListReport.Row) -> String {
    let words = [
      row.declined ? "declined" : nil, row.superseded ? "superseded" : nil,
      row.installApprovals > 0 ? "approved" : "not approved",
    ]
    return words.compactMap { $0 }.joined(separator: ", ")
  }

  private static func section(_ name: String, _ references: [Reference]) -> String {
    ([name] + references.map { TextTable.plain("  \($0.update)  \($0.title ?? "(not stored)")") }).joined(
      separator: "\n")
  }
}

extension UpdateReport.Reference {
  init(_ reference: UpdateReference) {
    self.init(
      update: reference.updateID.description, revision: reference.revisionNumber, title: reference.title)
  }
}

extension UpdateReport.Approval {
  init(_ approval: UpdateDetails.Approval) {
    let deployment = approval.deployment
    self.init(
      group: deployment.targetGroupID.description, groupName: approval.groupName, action: deployment.action.description,
      deadline: deployment.deadline >= .endOfTime ? nil : deployment.deadline.description,
      goLive: deployment.goLiveTime.description, administrator: deployment.adminName)
  }
}

extension UpdateReport.File {
  init(_ record: FileRecord) {
    let file = record.file
    self.init(
      name: file.fileName, size: file.size, sha1: file.digest.hex, sha256: file.sha256?.hex,
      path: "content/\(file.digest.folder)/\(file.contentName)", patchingType: file.patchingType?.text,
      encrypted: file.isEncrypted, present: record.isPresent, verified: record.verified?.description,
      failure: record.failure?.reason)
  }

  var table: String {
    let state =
      present ? "present" + (verified.map { ", verified \($0)" } ?? "") : "missing" + (failure.map { ": \($0)" } ?? "")
    return "file\n"
      + FieldList.text([
        ("  name", name), ("  size", size.map { "\($0) (\(Quantity.bytes($0)))" } ?? "unknown"), ("  SHA-1", sha1),
        ("  SHA-256", sha256 ?? "-"), ("  path", path), ("  state", state),
      ])
  }
}
