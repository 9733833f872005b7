import Mirror
import UpdateModel

/// What a run did, for people and programs.
struct SyncRunReport: Report {
  struct Unavailable: Encodable {
    let revision: String
    let reason: String
  }

  struct Content: Encodable {
    let fetchedFiles: Int
    let storedBytes: Int64
    let receivedBytes: Int64
    let resumedBytes: Int64
    /// Also those beyond the first 1,000 of `missing`.
    let missingCount: Int
    let missing: [MissingFileRow]
    /// Why the content phase ended early.
    let stopped: String?
  }

  let upstream: String
  let began: String
  let ended: String
  let seconds: Double
  let complete: Bool
  let newRevisions: Int
  let newUpdates: Int
  let changedDeployments: Int
  let unresolvedDeployments: Int
  let unavailable: [Unavailable]
  /// Absent when the run did not come to the content.
  let content: Content?

  init(_ report: SyncReport) {
    upstream = report.endpoint
    began = report.began.description
    ended = report.ended.description
    seconds = report.ended.seconds(since: report.began)
    complete = report.isComplete
    newRevisions = report.newRevisions
    newUpdates = report.newUpdates
    changedDeployments = report.changedDeployments
    unresolvedDeployments = report.unresolvedDeployments
    unavailable = report.unavailable.map { Unavailable(revision: $0.identity.description, reason: $0.reason) }
    content = report.content.map {
      Content(
        fetchedFiles: $0.fetchedFiles, storedBytes: $0.storedBytes, receivedBytes: $0.receivedBytes,
        resumedBytes: $0.resumedBytes, missingCount: $0.missingCount, missing: $0.missing.map(MissingFileRow.init),
        stopped: $0.stopped)
    }
  }

  var table: String {
    var fields = [
      ("upstream", upstream), ("time", Quantity.time(seconds)),
      ("metadata", "\(Quantity.count(newRevisions, "new revision")) of \(Quantity.count(newUpdates, "update"))"),
      (
        "approvals",
        "\(changedDeployments) changed"
          + (unresolvedDeployments > 0 ? ", \(unresolvedDeployments) not applicable yet" : "")
      ),
    ]
    if let content {
      fields.append(
        (
          "content",
          "\(Quantity.count(content.fetchedFiles, "file")), \(Quantity.bytes(content.storedBytes)) verified and stored"
        ))
      if content.resumedBytes > 0 {
        fields.append(("resumed", "\(Quantity.bytes(content.resumedBytes)) of earlier runs"))
      }
      if let stopped = content.stopped { fields.append(("stopped", stopped)) }
    }
    fields.append(("result", complete ? "complete" : "incomplete: see below, the next run tries again"))
    return FieldList.text(fields) + unavailableText + MissingFileRow.section(content?.missing ?? [])
  }

  private var unavailableText: String {
    guard !unavailable.isEmpty else { return "" }
    var table = TextTable(["UNAVAILABLE REVISION", "REASON"])
    for row in unavailable.prefix(20) { table.add([row.revision, row.reason]) }
    let rest = unavailable.count > 20 ? "\n... and \(unavailable.count - 20) more (--json lists them)" : ""
    return "\n\n" + table.text + rest
  }
}

/// What a run would do.
struct SyncPreviewReport: Report {
  let upstream: String
  let newCategories: Int
  let newRevisions: Int
  let changedDeployments: Int
  let listedRevisions: Int
  let metadataBytes: Int64
  let newFiles: Int
  let newFileBytes: Int64
  let filesOfUnknownSize: Int
  let waitingFiles: Int
  let waitingFileBytes: Int64
  let inspectedRevisions: Int
  /// Figures of files are from the inspected revisions only.
  let estimate: Bool

  init(_ preview: SyncPreview) {
    upstream = preview.endpoint
    newCategories = preview.newCategories
    newRevisions = preview.newRevisions
    changedDeployments = preview.changedDeployments
    listedRevisions = preview.listedRevisions
    metadataBytes = preview.metadataBytes
    newFiles = preview.newFiles
    newFileBytes = preview.newFileBytes
    filesOfUnknownSize = preview.filesOfUnknownSize
    waitingFiles = preview.waitingFiles
    waitingFileBytes = preview.waitingFileBytes
    inspectedRevisions = preview.inspectedRevisions
    estimate = preview.isEstimate
  }

  var table: String {
    let partly = estimate ? " (of the \(inspectedRevisions) revisions that were read)" : ""
    return FieldList.text([
      ("upstream", upstream), ("listed", Quantity.count(listedRevisions, "revision")),
      ("new categories", "\(newCategories)"),
      ("new", Quantity.count(newRevisions, "revision")),
      ("approvals", "\(changedDeployments) changed"),
      ("metadata", Quantity.bytes(metadataBytes) + partly),
      ("new files", "\(Quantity.count(newFiles, "file")), \(Quantity.bytes(newFileBytes))" + partly),
      ("already wanted", "\(Quantity.count(waitingFiles, "file")), \(Quantity.bytes(waitingFileBytes))"),
      ("changed", "nothing: this was a dry run"),
    ])
  }
}
