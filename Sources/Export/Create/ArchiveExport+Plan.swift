import Catalog
import ContentStore
import Platform
import Sealing
import UpdateModel

extension ArchiveExport {
  /// What ``create(_:into:keys:restarts:progress:)`` would write. Changes nothing.
  public func plan(_ options: ExportOptions) async throws -> ExportPreview {
    let (base, held) = try await pool.run { try resolve(options.base) }
    let sequence = try await nextSequence(options)
    let volumeLimit = options.volumeLimit
    return try await catalog.exportSnapshot(options.selection) { snapshot in
      try Estimate.preview(snapshot, held, volumeLimit, sequence: sequence, base: base)
    }
  }

  /// Finds the plan that was begun in `target`, or makes one.
  func begin(
    _ options: ExportOptions, _ request: PlanRequest, in target: ExportTarget, _ flag: StopFlag,
    _ progress: @escaping @Sendable (ExportProgress) -> Void
  ) async throws -> (PlanFolder, ArchiveManifest, [LeftOut]) {
    if let (folder, plan) = try await pool.run({ try target.begun(request) }) {
      try await catalog.recordExport(record(plan, nil, target.path, finished: nil))
      let leftOut = try await catalog.exportSnapshot(options.selection) { try $0.leftOut() }
      return (folder, plan, leftOut)
    }
    let head = try await head(options)
    let (base, held) = try await pool.run { try resolve(options.base) }
    let folder = PlanFolder(state: state, archiveID: head.archiveID)
    try await pool.run {
      try target.forget()
      try folder.begin(request)
    }
    let builder = PlanBuilder(
      folder: folder, source: ObjectSource(store: store, folder: folder), held: held,
      volumeLimit: options.volumeLimit
    ) { at in
      try flag.check()
      progress(at)
    }
    var draft = head
    draft.base = base
    let (plan, leftOut) = try await catalog.exportSnapshot(options.selection) { [draft] snapshot in
      (try builder.plan(draft, snapshot), try snapshot.leftOut())
    }
    try plan.validate()
    try await catalog.recordExport(record(plan, nil, target.path, finished: nil))
    try await pool.run { try folder.commit(plan) }
    return (folder, plan, leftOut)
  }

  /// What the archive is, without what it contains.
  private func head(_ options: ExportOptions) async throws -> ArchiveManifest {
    let selection = options.selection
    var head = ArchiveManifest(
      archiveID: options.archiveID ?? .random(), source: site, sequence: try await nextSequence(options),
      created: (options.created ?? clock()).wholeSeconds,
      snapshot: ArchiveSnapshot(content: .unknown, revisions: .unknown, state: .unknown),
      readme: ListedFile(size: 0, sha256: .unknown), sums: ListedFile(size: 0, sha256: .unknown))
    head.target = options.target
    head.expires = options.expires?.wholeSeconds
    head.selection = ArchiveSelection(
      approvedOnly: selection.approvedOnly, categories: selection.categories.sorted(),
      classifications: selection.classifications.sorted(), groups: selection.groups.sorted())
    head.introduces = options.introduces.map(\.pem)
    head.revokes = options.revokes.map { InlineSHA256($0) }.sorted()
    return head
  }

  /// Behind all that this site ever numbered, and all that the receipt's site imported.
  private func nextSequence(_ options: ExportOptions) async throws -> Int64 {
    if let sequence = options.sequence { return sequence }
    let next = try await catalog.nextExportSequence()
    guard case .receipt(let receipt) = options.base, let last = receipt.content.lastArchive,
      last.source == site.serverID
    else { return next }
    return max(next, last.sequence + 1)
  }

  /// What the base stands for, and what it has.
  private func resolve(_ base: ExportOptions.Base) throws -> (ArchiveBase?, HeldObjects) {
    switch base {
    case .nothing: return (nil, HeldObjects())
    case .archive(let id):
      let folder = PlanFolder(state: state, archiveID: id)
      guard let manifest = try folder.finishedManifest() else { throw ExportError.unknownBase("\(id)") }
      return (ArchiveBase(kind: .archive, id: id, sequence: manifest.sequence), try folder.holdings(manifest))
    case .receipt(let receipt):
      let content = receipt.content
      let last = content.lastArchive.flatMap { $0.source == site.serverID ? $0.sequence : nil }
      return (ArchiveBase(kind: .receipt, id: content.receiptID, sequence: last ?? 0), HeldObjects(content.holds))
    }
  }

  func record(
    _ manifest: ArchiveManifest, _ digest: InlineSHA256?, _ folder: String, finished: Timestamp?
  ) -> ExportRecord {
    ExportRecord(
      archiveID: manifest.archiveID, sequence: manifest.sequence, created: manifest.created, finished: finished,
      target: manifest.target, base: manifest.base, manifestSHA256: digest.flatMap { SHA256Digest($0) }, folder: folder,
      counts: manifest.counts)
  }
}

extension PlanFolder {
  /// What a site has that imported this finished archive.
  func holdings(_ manifest: ArchiveManifest) throws -> HeldObjects {
    let revisions = try RevisionList(try list(.revisionList, manifest), document: ObjectName.revisionList.text)
    let content = try ContentList(try list(.contentList, manifest), document: ObjectName.contentList.text)
    var held = ReceiptHoldings()
    held.revisions = IdentitySet(revisions.lazy.map(\.identity))
    held.content = DigestSet(content.lazy.map(\.digest))
    return HeldObjects(held)
  }

  private func list(_ name: ObjectName, _ manifest: ArchiveManifest) throws -> [UInt8] {
    let length = Int(manifest.packedLength(of: name) ?? 0)
    let file = try openObject(name)
    return try PackedObjectCodec.unpack(try file.contents(limit: Int(try file.status().size)), length: length)
  }
}

extension ExportOptions {
  /// The options in words: the same command gives the same.
  func words(_ site: ArchiveSite) -> [String] {
    let base =
      switch base {
      case .nothing: "full"
      case .archive(let id): "since archive \(id)"
      case .receipt(let receipt): "since receipt \(receipt.content.receiptID)"
      }
    let lists: [(String, [String])] = [
      ("category", selection.categories.sorted().map(\.description)),
      ("classification", selection.classifications.sorted().map(\.description)),
      ("group", selection.groups.sorted().map(\.description)),
      ("introduces", introduces.map(\.fingerprint.hex)), ("revokes", revokes.map(\.hex)),
    ]
    let single: [(String, String?)] = [
      ("volume size", volumeLimit?.description), ("target", target?.description), ("expires", expires?.description),
      ("id", archiveID?.description), ("sequence", sequence.map(String.init)), ("created", created?.description),
      ("approved only", selection.approvedOnly ? "yes" : nil),
    ]
    return ["source \(site.serverID)", base] + lists.flatMap { name, values in values.map { "\(name) \($0)" } }
      + single.compactMap { name, value in value.map { "\(name) \($0)" } }
  }
}
