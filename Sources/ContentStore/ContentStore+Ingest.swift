import Foundation
import Glibc
import Platform
import Sealing
import Synchronization
public import UpdateModel

/// A part file ready to be continued.
struct PreparedPart: Sendable {
  let part: PartFile
  let length: Int64
  let sidecar: Sidecar?
}

/// Where the bytes of a session came from.
struct IngestOrigin: Sendable {
  let source: String?
  let resumedFrom: Int64
}

extension ContentStore {
  static let coreCount = ProcessInfo.processInfo.activeProcessorCount
  /// Bytes between two looks at the free space.
  static let reserveInterval: Int64 = 64 << 20

  /// Begins to store `file`, or finds it stored.
  ///
  /// While another task ingests the same digest this waits for it: its file, or its error, is the answer.
  /// A part file of an earlier run is continued; its bytes are read once for their digests.
  /// - Throws: ``ContentStoreError/sha256Missing(digest:)`` by policy, before a byte is fetched;
  ///   ``ContentStoreError/noSpace(needed:free:)``; ``ContentStoreError/ingestElsewhere(digest:)``.
  public func beginIngest(_ file: ContentFile) async throws -> Ingest {
    try checkDeclaration(file)
    try await ingests.take(file.digest)
    do {
      if let present = try await blocking({ try self.present(file) }) {
        ingests.release(file.digest, .ended)
        return .present(present)
      }
      let prepared = try await blocking { try self.preparePart(file) }
      return .session(IngestSession(file: file, store: self, prepared: prepared))
    } catch {
      let error = await named(error, for: file, remaining: 0)
      ingests.release(file.digest, .ended)
      throw error
    }
  }

  /// Most bytes that `file` may have.
  func maximumLength(of file: ContentFile) -> Int64 { file.size ?? maximumUnsizedFile }

  func tooLong(_ file: ContentFile, length: Int64) -> ContentStoreError {
    file.size.map { .lengthMismatch(digest: file.digest, expected: $0, actual: length) }
      ?? .tooLong(digest: file.digest, limit: maximumUnsizedFile)
  }

  private func checkDeclaration(_ file: ContentFile) throws {
    if let size = file.size, size < 0 {
      throw ContentStoreError.malformedDeclaration(digest: file.digest, field: "size", found: "\(size)")
    }
    for declared in file.additionalDigests where declared.algorithm.uppercased() == "SHA256" {
      guard declared.bytes.count == SHA256Digest.byteCount else {
        throw ContentStoreError.malformedDeclaration(
          digest: file.digest, field: "SHA-256", found: "\(declared.bytes.count) bytes")
      }
    }
    if policy == .sha256Required && file.sha256 == nil {
      throw ContentStoreError.sha256Missing(digest: file.digest)
    }
  }

  /// The stored file when its length fits; one with another length goes to quarantine, and so does one that a
  /// verification found bad before it was stopped.
  private func present(_ file: ContentFile) throws -> StoredFile? {
    let found = try find(file.digest, fileExtension: file.fileExtension)
    if try endWithdrawal(of: file.digest, found?.name) { return nil }
    guard let found else { return nil }
    if let size = file.size, size != found.size {
      let error = ContentStoreError.lengthMismatch(digest: file.digest, expected: size, actual: found.size)
      try withdraw(found.name, because: error)
      return nil
    }
    // An earlier run may have been stopped after the rename.
    try staging.remove(Sidecar.partName(file.digest))
    try staging.remove(Sidecar.name(file.digest))
    let folder = try contentFolder(file.digest)
    try folder?.openFile(found.name.text, flags: O_RDONLY).setPermissions(0o444)
    try folder?.sync()
    return found
  }

  private func preparePart(_ file: ContentFile) throws -> PreparedPart {
    let name = Sidecar.partName(file.digest)
    if let status = try staging.status(name), status.kind != .regular { try staging.remove(name) }
    let descriptor = try staging.openFile(name, flags: O_RDWR | O_CREAT, permissions: 0o644)
    guard try descriptor.tryLock() else { throw ContentStoreError.ingestElsewhere(digest: file.digest) }
    let sidecar = try Sidecar.read(file.digest, in: staging)
    var length = try descriptor.status().size
    let isOfAnotherDeclaration = sidecar.map { $0.expectedLength != file.size } ?? false
    if length > maximumLength(of: file) || isOfAnotherDeclaration {
      try descriptor.truncate(to: 0)
      length = 0
    }
    try takeRoom(for: file, remaining: (file.size ?? length) - length)
    let part = try PartFile(descriptor)
    try part.absorbExisting(length: length)
    return PreparedPart(part: part, length: length, sidecar: sidecar)
  }

  func restart(_ part: PartFile, _ file: ContentFile, _ sidecar: Sidecar) throws {
    // Length 0 first: an old validator must never stand beside new bytes.
    try part.clear()
    try sidecar.write(file.digest, in: staging)
  }

  /// Looks for room and reserves it in one step, so that files that begin together cannot take the same room.
  private func takeRoom(for file: ContentFile, remaining: Int64) throws {
    try roomTaking.withLock { _ in
      // Reservations before free bytes: what another writer writes meanwhile counts twice, never not at all.
      let needed = remaining + ingests.reserved(besides: file.digest)
      let free = try staging.freeBytes()
      if free - minimumFree < needed { throw ContentStoreError.noSpace(needed: needed, free: free) }
      ingests.reserve(remaining, for: file.digest)
    }
  }

  /// Writes one batch and takes its digests: on two threads while few files arrive, else on one.
  func write(_ batch: [[UInt8]], count: Int, to part: PartFile, at start: Int64, of file: ContentFile) async throws {
    let end = start + Int64(count)
    let remaining = (file.size ?? end) - end
    let isCheckpoint = start / Self.reserveInterval != end / Self.reserveInterval
    do {
      if isCheckpoint { try await blocking { try self.checkReserve(remaining: remaining + Int64(count)) } }
      if ingests.count * 2 <= Self.coreCount {
        async let first: Void = pool.run { try part.absorbFirstLane(batch, at: start) }
        async let second: Void = pool.run { try part.absorbSecondLane(batch) }
        _ = try await (first, second)
      } else {
        try await pool.run { try part.absorb(batch, at: start) }
      }
    } catch {
      throw await named(error, for: file, remaining: remaining + Int64(count))
    }
    ingests.reserve(remaining, for: file.digest)
  }

  func checkReserve(remaining: Int64) throws {
    let free = try staging.freeBytes()
    if free < minimumFree { throw ContentStoreError.noSpace(needed: remaining, free: free) }
  }

  /// Gives an error this room's type; a full disk gets its figures.
  func named(_ error: any Error, for file: ContentFile, remaining: Int64) async -> any Error {
    await named(error, remaining: remaining)
  }

  func named(_ error: any Error, remaining: Int64) async -> any Error {
    if let error = error as? SealingError { return ContentStoreError.digestUnavailable(reason: "\(error)") }
    var system = error as? SystemError
    if case .system(let inner)? = error as? ContentStoreError { system = inner }
    guard let system else { return error }
    guard system.isNoSpace else { return ContentStoreError.system(system) }
    let free = try? await blocking { try self.staging.freeBytes() }
    return ContentStoreError.noSpace(needed: remaining, free: free ?? 0)
  }
}
