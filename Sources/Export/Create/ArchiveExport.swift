public import Catalog
public import ContentStore
import Glibc
import Platform
public import Sealing
public import UpdateModel

/// Writes signed archives of this site (docs/archive-format.md).
///
/// One export at a time for a state directory: the caller holds its lock.
public struct ArchiveExport: Sendable {
  let catalog: Catalog
  let store: ContentStore
  let state: String
  let site: ArchiveSite
  let clock: @Sendable () -> Timestamp
  let pool = BlockingPool(width: 1, name: "export")

  /// - Parameters:
  ///   - state: the state directory.
  ///   - name: this server's FQDN, for people.
  public init(
    catalog: Catalog, store: ContentStore, state: String, serverID: GUID, name: String,
    clock: @escaping @Sendable () -> Timestamp
  ) {
    self.catalog = catalog
    self.store = store
    self.state = state
    site = ArchiveSite(serverID: serverID, name: name)
    self.clock = clock
  }

  /// Writes an archive into `path`, or goes on with the one that was begun there.
  ///
  /// Nothing in the folder looks finished before it is: the signature comes last. Cancelled or killed, the same
  /// call continues. A finished archive of the same options is left as it is.
  ///
  /// - Parameters:
  ///   - path: a new or empty folder, or that of the begun archive.
  ///   - keys: sign, at least one.
  ///   - restarts: forgets what was begun in this folder.
  /// - Throws: ``ExportError``; `CancellationError`.
  public func create(
    _ options: ExportOptions, into path: String, keys: [SigningKey], restarts: Bool = false,
    progress: @escaping @Sendable (ExportProgress) -> Void = { _ in }
  ) async throws -> ExportResult {
    guard !keys.isEmpty else { throw ExportError.noKey }
    return try await StopFlag.during { flag in
      let target = try await pool.run { try ExportTarget.open(path, state: state) }
      if restarts { try await pool.run { try target.forget() } }
      let request = PlanRequest(folder: target.path, options: options.words(site))
      if let finished = try await pool.run({ try target.finished(request) }) { return finished }
      let (folder, plan, leftOut) = try await begin(options, request, in: target, flag, progress)
      let manifest = try await pool.run {
        try target.requireOnly(plan)
        return try writeVolumes(plan, folder, target, flag, progress)
      }
      let signingTime = clock()
      let digest = try await pool.run {
        try target.complete(manifest) { digest in
          try DetachedSignature.sign(contentSHA256: digest.bytes, keys: keys, signingTime: signingTime)
        }
      }
      return try await finish(manifest, digest, folder, target, leftOut)
    }
  }

  /// Adds a signer to a complete archive, for importing sites that ask for several.
  public func coSign(_ path: String, key: SigningKey) async throws {
    let moment = clock()
    try await pool.run {
      let folder = try Folder(path: path)
      guard
        let manifest = try MediumFile.read(ArchiveManifest.name, in: folder, limit: ArchiveManifest.maximumSize),
        let signature = try MediumFile.read(
          ArchiveManifest.signatureName, in: folder, limit: DetachedSignature.maximumSize)
      else { throw ExportError.foreignFolder(path: path, found: "no complete archive") }
      let extended = try DetachedSignature.adding(key, to: signature, content: manifest, signingTime: moment)
      try MediumFile.write(extended, to: ArchiveManifest.signatureName, in: folder)
    }
  }

  // MARK: The volumes

  private func writeVolumes(
    _ plan: ArchiveManifest, _ folder: PlanFolder, _ target: ExportTarget, _ flag: StopFlag,
    _ progress: @escaping @Sendable (ExportProgress) -> Void
  ) throws -> ArchiveManifest {
    let layout = VolumeLayout(plan)
    let total = plan.volumes.reduce(Int64(0)) { $0 + $1.size }
    try target.requireRoom(for: total)
    var at = ExportProgress(phase: .writing(volume: 1, of: layout.volumeCount), total: plan.entries.count)
    at.totalBytes = plan.entries.reduce(0) { $0 + $1.size }
    let builder = VolumeBuilder(
      layout: layout, planFolder: folder, source: ObjectSource(store: store, folder: folder),
      volumes: try target.volumes()
    ) { bytes in
      try flag.check()
      at.done += 1
      at.bytes += bytes
      progress(at)
    }
    var manifest = plan
    for number in 1...max(1, layout.volumeCount) where number <= layout.volumeCount {
      at.phase = .writing(volume: number, of: layout.volumeCount)
      let record = try target.namingFullDisk(total) { try builder.write(number) }
      manifest.take(record, volume: number)
    }
    let sums = manifest.sumsText()
    manifest.sums = ListedFile(size: Int64(sums.count), sha256: try InlineSHA256(digesting: sums))
    return manifest
  }

  private func finish(
    _ manifest: ArchiveManifest, _ digest: InlineSHA256, _ folder: PlanFolder, _ target: ExportTarget,
    _ leftOut: [LeftOut]
  ) async throws -> ExportResult {
    try await catalog.recordExport(record(manifest, digest, target.path, finished: clock()))
    try await pool.run { try folder.finish(manifest) }
    return ExportResult(
      folder: target.path, manifest: manifest, manifestSHA256: digest, leftOut: leftOut, wasFinished: false)
  }
}

extension ArchiveManifest {
  /// Takes over what is known of a volume now that it is written.
  mutating func take(_ record: VolumeRecord, volume: Int) {
    volumes[volume - 1].sha256 = record.sha256
    var parts = record.parts[...]
    for index in volumes[volume - 1].entries where entries[index].part > 0 {
      if let part = parts.popFirst() { entries[index].sha256 = part }
    }
  }
}
