import Catalog
import ContentStore
import Mirror
import UpdateModel

/// Verifies stored files, withdraws bad ones at once, and has them fetched again: by a repair itself, else by whatever
/// fetches next.
struct ContentCheck {
  let site: Site
  let subset: VerifySubset
  let repairs: Bool

  /// Digests in one request to the catalogue.
  private static let pageSize = 1000

  func run(_ output: OutputOptions, _ progress: ProgressOptions) async throws -> ProgramStatus {
    let lock = try site.state.lock()
    defer { withExtendedLifetime(lock) {} }
    let report = try await Interruption.run { try await check(progress.display) }
    try output.show(report)
    return report.isSound ? .done : .incomplete
  }

  /// The caller holds the lock.
  func check(_ display: ProgressDisplay) async throws -> ContentCheckReport {
    let catalog = site.catalog
    let verified = try await display.follow {
      try await site.store.verifyAll(
        VerifyOptions(subset: subset, withdrawsBadFiles: true),
        declared: { try await catalog.files([$0]).first?.file },
        withdrawing: { digest in
          try await catalog.markAbsent([digest])
          _ = try await catalog.requestFiles([digest])
        },
        progress: { display.take($0) })
    }
    let withdrawn = Set(verified.bad.filter(\.isWithdrawn).map(\.name.digest))
    let lost = repairs ? try await reconcile().filter { !withdrawn.contains($0) } : []
    var content: ContentReport?
    // A repair that could not fetch leaves nothing bad behind, only files that are missing.
    let fetches = subset == .all || !(verified.bad.isEmpty && lost.isEmpty)
    if repairs && fetches, site.configuration.optional(.upstreamURL) != nil {
      try await catalog.tryFilesAtOnce()
      content = try await display.follow { try await site.sync(.contentOnly) { display.take($0) } }.content
    }
    return ContentCheckReport(verified, lost: lost.count, content: content, subset: subset, repaired: repairs)
  }

  /// Makes the catalogue know which files are here.
  ///
  /// - Returns: files that it believed to be here and that are not.
  private func reconcile() async throws -> [FileDigest] {
    let stored = try await site.store.allDigests()
    for start in stride(from: 0, to: stored.count, by: Self.pageSize) {
      try await site.catalog.markPresent(Array(stored[start..<min(stored.count, start + Self.pageSize)]))
    }
    let here = Set(stored)
    var lost: [FileDigest] = []
    var last: FileDigest?
    while true {
      let page = try await site.catalog.presentDigests(after: last, limit: Self.pageSize)
      guard let end = page.last else { break }
      lost += page.filter { !here.contains($0) }
      last = end
    }
    for start in stride(from: 0, to: lost.count, by: Self.pageSize) {
      try await site.catalog.markAbsent(Array(lost[start..<min(lost.count, start + Self.pageSize)]))
    }
    return lost
  }
}

struct ContentCheckReport: Report {
  struct Bad: Encodable {
    let file: String
    let problem: String
    let quarantined: Bool
  }

  let subset: String
  let files: Int
  let bytes: Int64
  /// Files of the same pass that an interrupted verification had read before.
  let filesCheckedBefore: Int
  let bad: [Bad]
  /// Names in `content/` that are none of ours, at most 1,000.
  let foreign: [String]
  let foreignCount: Int
  /// Files that the catalogue believed to be here.
  let lost: Int
  let repaired: Bool
  let fetchedFiles: Int
  let missing: [MissingFileRow]

  init(_ report: VerifyReport, lost: Int, content: ContentReport?, subset: VerifySubset, repaired: Bool) {
    self.subset = subset.description
    files = report.files
    bytes = report.bytes
    filesCheckedBefore = report.filesCheckedBefore
    bad = report.bad.map {
      Bad(
        file: "\($0.name.digest.folder)/\($0.name.text)", problem: $0.problem.description, quarantined: $0.isWithdrawn)
    }
    foreign = report.foreign
    foreignCount = report.foreignCount
    self.lost = lost
    self.repaired = repaired
    fetchedFiles = content?.fetchedFiles ?? 0
    missing = (content?.missing ?? []).map(MissingFileRow.init)
  }

  /// Nothing is wrong, or everything that was wrong is right again.
  var isSound: Bool {
    let isRepaired = repaired && fetchedFiles >= bad.count + lost && missing.isEmpty
    return (bad.isEmpty && lost == 0 && missing.isEmpty) || isRepaired
  }

  var table: String {
    var fields = [("verified", "\(Quantity.count(files, "file")), \(Quantity.bytes(bytes))")]
    if filesCheckedBefore > 0 { fields.append(("read before", Quantity.count(filesCheckedBefore, "file"))) }
    fields.append(("bad", "\(bad.count)"))
    if repaired {
      fields.append(("lost", "\(lost)"))
      fields.append(("fetched again", Quantity.count(fetchedFiles, "file")))
    }
    if foreignCount > 0 { fields.append(("foreign names", "\(foreignCount)")) }
    var lines = [FieldList.text(fields)]
    lines += bad.map { "bad: \($0.problem)" + ($0.quarantined ? "; now in quarantine" : "") }
    if !bad.isEmpty && !repaired {
      lines.append("hint: a running server fetches them again, and so does the next sync or verify --repair")
    }
    return lines.joined(separator: "\n") + MissingFileRow.section(missing)
  }
}
