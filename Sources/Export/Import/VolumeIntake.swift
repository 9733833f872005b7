import ContentStore
import Platform
import UpdateModel

/// Takes the pieces of a volume into the staging of an import: content into its files, packed objects into the spool.
struct VolumeIntake {
  /// A checkpoint begins when so much is new. A kill loses at most this and what came in during the last one.
  private static let checkpointBytes: Int64 = 256 << 20
  private static let checkpointFiles = 10_000
  /// Packed objects are committed when they are so many bytes together.
  private static let commitBytes: Int64 = 64 << 20

  private let staging: ImportStaging
  private let spool: ImportSpool
  private let layout: VolumeLayout
  private let pool: BlockingPool
  private var writer: ImportWriter?
  private var packed: [UInt8] = []
  /// Packed objects that were verified and are not on disk yet.
  private var unsynced: [VolumeEntry] = []
  /// The checkpoint that goes on beside the reading.
  private var checkpoint: Task<Void, any Error>?
  private var newFiles = 0
  private var newBytes: Int64 = 0
  private let packedArrived: () async -> Void
  private var hasAllPacked = false

  /// - Parameter packedArrived: the packed objects of the volume are in the spool, on disk.
  init(
    staging: ImportStaging, spool: ImportSpool, layout: VolumeLayout, pool: BlockingPool,
    packedArrived: @escaping () async -> Void
  ) {
    self.staging = staging
    self.spool = spool
    self.layout = layout
    self.pool = pool
    self.packedArrived = packedArrived
  }

  /// Reads a volume to its end, one piece ahead.
  ///
  /// - Throws: ``ArchiveRefusal``, step `volume`; what was taken before stays staged.
  mutating func take(_ reader: VolumeReader, report: (VolumePiece) -> Void) async throws {
    let pool = pool
    var piece = try await pool.run { try reader.nextPiece() }
    while let current = piece {
      try Task.checkCancellation()
      async let following = pool.run { try reader.nextPiece() }
      try await take(current)
      try await checkpointIfDue(current)
      report(current)
      piece = try await following
    }
    try await syncPacked()
    try await checkpoint?.value
    try await staging.checkpoint()
  }

  /// Begins a checkpoint behind the one before, which must have ended: the disk works while the volume is read.
  private mutating func checkpointIfDue(_ piece: VolumePiece) async throws {
    switch piece {
    case .whole(let entries):
      newFiles += entries.count
      newBytes += entries.reduce(0) { $0 + Int64($1.bytes.count) }
    case .chunk(let chunk):
      newFiles += chunk.isLast ? 1 : 0
      newBytes += Int64(chunk.bytes.count)
    }
    guard newBytes >= Self.checkpointBytes || newFiles >= Self.checkpointFiles else { return }
    try await checkpoint?.value
    (newFiles, newBytes) = (0, 0)
    let staging = staging
    checkpoint = Task { try await staging.checkpoint() }
  }

  /// Drops an entry that was begun, keeps what was verified, and waits for what goes on beside the reading.
  mutating func abandon() async {
    await writer?.abandon()
    writer = nil
    _ = await checkpoint?.result
    // A disk that refuses this was named by whatever failed before, or will be by the next run: it reads them again.
    _ = try? await commitPacked()
  }

  private mutating func take(_ piece: VolumePiece) async throws {
    switch piece {
    case .whole(let entries):
      for entry in entries where entry.entry.name.isPacked || entry.entry.part > 0 {
        try await take(
          EntryChunk(entry: entry.entry, place: entry.place, bytes: entry.bytes, isFirst: true, isLast: true))
      }
      try await add(entries.filter { !$0.entry.name.isPacked && $0.entry.part == 0 })
    case .chunk(let chunk): try await take(chunk)
    }
  }

  // MARK: Content

  private mutating func add(_ entries: [WholeEntry]) async throws {
    guard !entries.isEmpty else { return }
    try await syncPacked()
    let batch = try entries.map { ImportBytes(file: try ImportFile($0.entry, layout), bytes: $0.bytes) }
    do {
      try await staging.add(batch)
    } catch let error as ContentStoreError {
      let entry = entries.first { $0.entry.name.fileDigest == error.mismatchedDigest }
      throw refusal(error, entry?.place) ?? error
    }
  }

  private mutating func take(_ chunk: EntryChunk) async throws {
    if chunk.entry.name.isPacked { return try await takePacked(chunk) }
    try await syncPacked()
    do {
      if chunk.isFirst { writer = try await begin(chunk.entry) }
      // nil: it is here already, from another volume or run.
      guard let writer else { return }
      try await writer.append(chunk.bytes)
      if chunk.isLast {
        _ = try await writer.finish()
        self.writer = nil
      }
    } catch let error as ContentStoreError {
      writer = nil
      throw refusal(error, chunk.place) ?? error
    }
  }

  private func begin(_ entry: VolumeEntry) async throws -> ImportWriter? {
    let file = try ImportFile(entry, layout)
    guard entry.part > 0, let sha256 = SHA256Digest(entry.sha256) else { return try await staging.begin(file) }
    return try await staging.begin(file, part: entry.offset..<entry.offset + entry.size, sha256: sha256)
  }

  private func refusal(_ error: ContentStoreError, _ place: VolumePlace?) -> ArchiveRefusal? {
    guard let place, let (expected, found) = error.bothSides else { return nil }
    return place.refusal(
      expected: expected, found: found, hint: "read the disk again, or copy it again; the same command then continues")
  }

  // MARK: Packed objects

  private mutating func takePacked(_ chunk: EntryChunk) async throws {
    if chunk.isFirst { packed = [] }
    packed += chunk.bytes
    guard chunk.isLast else { return }
    let bytes = packed
    packed = []
    let spool = spool
    try await pool.run {
      let found = try InlineSHA256(digesting: bytes)
      guard found == chunk.entry.sha256 else {
        throw chunk.place.refusal(expected: "SHA-256 \(chunk.entry.sha256)", found: "\(found)")
      }
      try spool.write(chunk.entry, bytes)
    }
    unsynced.append(chunk.entry)
    if unsynced.reduce(0, { $0 + $1.size }) >= Self.commitBytes { try await commitPacked() }
  }

  /// Packed objects stand before all content: the last of them are committed when it begins.
  private mutating func syncPacked() async throws {
    guard !hasAllPacked else { return }
    hasAllPacked = true
    try await commitPacked()
    await packedArrived()
  }

  /// Gives the packed objects their names, together.
  private mutating func commitPacked() async throws {
    guard !unsynced.isEmpty else { return }
    let (spool, entries) = (spool, unsynced)
    unsynced = []
    try await pool.run { try spool.commit(entries) }
  }
}

extension ContentStoreError {
  /// The file whose bytes are not what was announced.
  var mismatchedDigest: FileDigest? {
    switch self {
    case .digestMismatch(let expected, _): expected
    case .sha256Mismatch(let digest, _, _), .lengthMismatch(let digest, _, _), .partMismatch(let digest, _, _, _):
      digest
    default: nil
    }
  }

  /// What was announced and what came, for a mismatch.
  var bothSides: (expected: String, found: String)? {
    switch self {
    case .digestMismatch(let expected, let actual): ("SHA-1 \(expected)", "\(actual)")
    case .sha256Mismatch(_, let expected, let actual): ("SHA-256 \(expected)", "\(actual)")
    case .lengthMismatch(_, let expected, let actual): ("\(expected) bytes", "\(actual)")
    case .partMismatch(_, _, let expected, let actual): ("SHA-256 \(expected) of this part", "\(actual)")
    default: nil
    }
  }
}
