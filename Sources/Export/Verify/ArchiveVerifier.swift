import Catalog
import Platform
import Sealing
public import UpdateModel

/// Checks an archive without storing anything: steps 1 to 12 of docs/archive-format.md section 7.
public struct ArchiveVerifier: Sendable {
  private let trust: TrustStore
  private let policy: ImportPolicy
  private let site: ArchiveReader?
  private let clock: @Sendable () -> Timestamp
  private let pool = BlockingPool(width: 1, name: "verify")
  var medium = MediumReads()

  /// - Parameters:
  ///   - trust: whom to believe. A source adds its own certificates for this.
  ///   - site: judges as this server would on import; nil: steps `target`, `sequence`, `base` and `source` are left out.
  public init(
    trust: TrustStore, policy: ImportPolicy = ImportPolicy(), site: ArchiveReader? = nil,
    clock: @escaping @Sendable () -> Timestamp
  ) {
    self.trust = trust
    self.policy = policy
    self.site = site
    self.clock = clock
  }

  /// What the archive says it is: steps 1 to 10. No volume is open.
  public func inspect(_ folders: [String]) async throws -> VerifiedArchive {
    let opened = try await open(folders, StepLog())
    return try await pool.run { try VerifiedArchive(opened, missing: missing(opened)) }
  }

  /// Reads every volume that is there. Volumes that are not there are no refusal; the result names them.
  ///
  /// - Parameter report: where the evidence is written, also of a refusal; nil: nowhere.
  /// - Throws: ``ArchiveRefusal``, ``ImportError``; `CancellationError`.
  public func verify(
    _ folders: [String], report: String? = nil, progress: @escaping @Sendable (ReadingProgress) -> Void = { _ in }
  ) async throws -> VerifiedArchive {
    let evidence = EvidenceWriter(action: "verify", server: site?.serverID, path: report, clock: clock)
    return try await evidence.around { steps in
      let opened = try await open(folders, steps)
      let result = try await StopFlag.during { flag in
        try await pool.run { try read(opened, steps, flag, progress) }
      }
      return (result, result.missingVolumes.isEmpty ? .accepted : .incomplete(volumes: result.missingVolumes))
    }
  }

  private func open(_ folders: [String], _ steps: StepLog) async throws -> OpenedArchive {
    let opening = ArchiveOpening(trust: trust, policy: policy, reader: site, state: nil, now: clock(), pool: pool)
    return try await opening.open(folders, steps: steps)
  }

  private func missing(_ opened: OpenedArchive) throws -> [Int] {
    let count = opened.manifest.volumes.count
    let present = try opened.disks.volumes(of: count)
    return Array(Set(1...max(1, count)).subtracting(present)).filter { $0 <= count }.sorted()
  }

  private func read(
    _ opened: OpenedArchive, _ steps: StepLog, _ flag: StopFlag,
    _ progress: @escaping @Sendable (ReadingProgress) -> Void
  ) throws -> VerifiedArchive {
    var result = VerifiedArchive(opened, missing: [])
    var pass = VerifyPass(opened.manifest)
    let count = opened.manifest.volumes.count
    var state = ReadingProgress(phase: .reading(volume: 1, of: count))
    state.total = opened.manifest.entries.count
    state.totalBytes = opened.manifest.volumes.reduce(0) { $0 + $1.size }
    for number in 1...max(1, count) where number <= count {
      guard let volume = try opened.disks.volume(number) else {
        result.missingVolumes.append(number)
        continue
      }
      state.phase = .reading(volume: number, of: count)
      let reader = try VolumeReader(
        volume, number: number, manifest: opened.manifest, layout: pass.layout, takesDigest: true, medium: medium)
      while let piece = try reader.nextPiece() {
        try flag.check()
        try pass.take(piece)
        state.advance(piece)
        progress(state)
      }
      steps.read(volume: number)
      result.checkedVolumes.append(number)
    }
    result.bytes = state.bytes
    if result.missingVolumes.isEmpty { steps.passed(.volume) }
    result.contentsChecked = try pass.finish()
    if result.contentsChecked { steps.passed(.contents) }
    return result
  }
}

extension ReadingProgress {
  mutating func advance(_ piece: VolumePiece) {
    switch piece {
    case .whole(let entries):
      done += entries.count
      bytes += entries.reduce(0) { $0 + Int64($1.bytes.count) }
    case .chunk(let chunk):
      if chunk.isLast { done += 1 }
      bytes += Int64(chunk.bytes.count)
    }
  }
}

/// What an archive is, and what of it was checked.
public struct VerifiedArchive: Sendable {
  public let manifest: ArchiveManifest
  public let manifestSHA256: InlineSHA256
  /// Subject and fingerprint of each signer that counted.
  public let signers: [String]
  /// Volumes that were read whole; they count from 1.
  public internal(set) var checkedVolumes: [Int] = []
  public internal(set) var missingVolumes: [Int]
  /// Contents that were read.
  public internal(set) var bytes: Int64 = 0
  /// Lists, state and every revision were compared; false when a volume that has some of them is missing.
  public internal(set) var contentsChecked = false

  init(_ opened: OpenedArchive, missing: [Int]) {
    manifest = opened.manifest
    manifestSHA256 = opened.manifestSHA256
    signers = opened.signers
    missingVolumes = missing
  }
}

/// One pass over all volumes: every entry against its digest, packed objects against each other.
private struct VerifyPass: ~Copyable {
  let layout: VolumeLayout
  private var entries: ContentCheck
  private var contents: ArchiveContents
  private let packedObjects: Int
  private var seen = 0

  init(_ manifest: ArchiveManifest) {
    layout = VolumeLayout(manifest)
    entries = ContentCheck(layout)
    contents = ArchiveContents(manifest)
    packedObjects = manifest.packed.count
  }

  mutating func take(_ piece: VolumePiece) throws {
    switch piece {
    case .whole(let batch):
      for entry in batch where try entries.take(entry) { try takeObject(entry.entry.name) }
    case .chunk(let chunk):
      if try entries.take(chunk) { try takeObject(chunk.entry.name) }
    }
  }

  private mutating func takeObject(_ name: ObjectName) throws {
    guard name.isPacked else { return }
    seen += 1
    switch name.kind {
    case .state: try contents.takeState(entries.packed)
    case .revisionList: try contents.takeRevisionList(entries.packed)
    case .contentList: try contents.takeContentList(entries.packed)
    case .metadata: _ = try contents.takeMetadata(name, entries.packed)
    case .content: break
    }
  }

  /// - Returns: whether all packed objects were there.
  func finish() throws -> Bool {
    guard seen == packedObjects else { return false }
    try contents.finish()
    return true
  }
}
