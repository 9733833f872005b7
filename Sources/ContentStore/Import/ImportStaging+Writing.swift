import Glibc
import Platform
import Sealing
import Synchronization
public import UpdateModel

extension ImportStaging {
  /// Begins a whole file, whose bytes come from its begin to its end.
  ///
  /// - Returns: nil when it is stored or staged already.
  /// - Throws: ``ContentStoreError/noSpace(needed:free:)``; ``ContentStoreError/ingestElsewhere(digest:)`` while
  ///   another writer of this import has it. The import stays usable.
  public func begin(_ file: ImportFile) async throws -> ImportWriter? {
    try await begin(file, part: 0..<max(0, file.size), partSHA256: nil)
  }

  /// Begins one part of a split file. Parts come in any order, also in several runs.
  ///
  /// - Parameters:
  ///   - part: where its bytes lie in the file.
  ///   - sha256: what the part must have; compared at its end.
  /// - Returns: nil when this part, or the whole file, is here already.
  public func begin(_ file: ImportFile, part: Range<Int64>, sha256: SHA256Digest) async throws -> ImportWriter? {
    try await begin(file, part: part, partSHA256: sha256)
  }

  private func begin(_ file: ImportFile, part: Range<Int64>, partSHA256: SHA256Digest?) async throws -> ImportWriter? {
    try check(file, part)
    try take(file)
    do {
      let prepared = try await store.blocking { try self.prepare(file, part, isWhole: partSHA256 == nil) }
      guard let prepared else {
        release(file)
        return nil
      }
      return ImportWriter(staging: self, file: file, range: part, partSHA256: partSHA256, part: prepared)
    } catch {
      release(file)
      throw await store.named(error, remaining: Int64(part.count))
    }
  }

  /// Stores small files at once: in one turn of the pool for the batch, or two side by side.
  ///
  /// Files that are stored or staged already are passed over.
  /// - Throws: the mismatch of the first wrong file, which names it; right ones may have been kept.
  public func add(_ batch: [ImportBytes]) async throws {
    for item in batch { try check(item.file, 0..<max(0, item.file.size)) }
    try checkUsable()
    let bytes = batch.reduce(Int64(0)) { $0 + Int64($1.bytes.count) }
    do {
      try await store.blocking { try self.store.takeRoom(forImport: bytes) }
      defer { store.ingests.adjustImports(by: -bytes) }
      let half = batch.count > 1 && ContentStore.coreCount > 1 ? batch.count / 2 : 0
      async let first: Void = store.blocking { for item in batch[..<half] { try self.add(item) } }
      async let second: Void = store.blocking { for item in batch[half...] { try self.add(item) } }
      _ = try await (first, second)
    } catch {
      throw await store.named(error, remaining: bytes)
    }
  }

  /// Reads all parts of a split file together and compares; for a file whose last part came before a kill.
  ///
  /// - Throws: the mismatch; the bytes are then removed.
  public func assemble(_ file: ImportFile) async throws {
    try checkUsable()
    try take(file)
    defer { release(file) }
    try await assembleTaken(file)
  }

  func take(_ file: ImportFile) throws {
    let isTaken = ledger.withLock { $0.open.insert(file.key).inserted }
    if !isTaken { throw ContentStoreError.ingestElsewhere(digest: file.digest) }
  }

  func release(_ file: ImportFile) { ledger.withLock { _ = $0.open.remove(file.key) } }

  private func check(_ file: ImportFile, _ part: Range<Int64>) throws {
    try checkUsable()
    guard file.size >= 0 else {
      throw ContentStoreError.malformedDeclaration(digest: file.digest, field: "size", found: "\(file.size)")
    }
    guard part.lowerBound >= 0, part.upperBound <= file.size else {
      throw ContentStoreError.malformedDeclaration(digest: file.digest, field: "part", found: "\(part)")
    }
  }
}

extension ImportStaging {
  /// Opens the file of a writer. Blocks.
  private func prepare(_ file: ImportFile, _ part: Range<Int64>, isWhole: Bool) throws -> PartFile? {
    let begun = ledger.withLock { $0.partial[file.key] }
    if let begun, !isWhole {
      guard begun.size == file.size, begun.name == file.name else {
        throw ContentStoreError.lengthMismatch(digest: file.digest, expected: begun.size, actual: file.size)
      }
      if begun.has(part) { return nil }
    } else {
      if case .absent = try place(of: file) {} else if begun == nil { return nil }
      if begun != nil { try forget(file.name) }
    }
    try store.takeRoom(forImport: Int64(part.count))
    do {
      return try openPart(file.name, isNew: begun == nil || isWhole, takesSHA1: isWhole)
    } catch {
      store.ingests.adjustImports(by: -Int64(part.count))
      throw error
    }
  }

  private func openPart(_ name: ContentName, isNew: Bool, takesSHA1: Bool) throws -> PartFile {
    if isNew { return try PartFile(try create(name), takesSHA1: takesSHA1) }
    return try PartFile(try folder.openFile(name.text, flags: O_RDWR), takesSHA1: takesSHA1)
  }

  /// Of a file in `content/`.
  private static let published: UInt16 = 0o444

  /// A new file, in place of what an earlier writer left.
  private func create(_ name: ContentName, permissions: UInt16 = 0o600) throws(SystemError) -> OwnedDescriptor {
    let (text, flags) = (name.text, O_RDWR | O_CREAT | O_EXCL)
    do {
      return try folder.openFile(text, flags: flags, permissions: permissions)
    } catch  where error.code == EEXIST {
      try folder.remove(text)
      return try folder.openFile(text, flags: flags, permissions: permissions)
    }
  }

  private func add(_ item: ImportBytes) throws {
    let file = item.file
    let isFree = ledger.withLock { $0.whole[file.key] == nil && $0.open.insert(file.key).inserted }
    if !isFree { return }
    defer { release(file) }
    guard try place(of: file) != .stored else { return }
    let found = try FileDigester.digests(of: item.bytes)
    let length = Int64(item.bytes.count)
    if let mismatch = file.mismatch(length: length, found.sha1, found.sha256) {
      throw mismatch
    }
    do {
      let descriptor = try create(file.name, permissions: Self.published)
      try item.bytes.withUnsafeBytes { try descriptor.write($0, at: 0) }
      // Whoever started the program may have asked for less.
      if try descriptor.status().permissions != Self.published { try descriptor.setPermissions(Self.published) }
    } catch {
      try folder.remove(file.name.text)
      throw error
    }
    ledger.withLock { $0.finish(.whole(file.name, length), bytes: length) }
  }

  /// Notes a finished part. Blocks.
  func keep(_ file: ImportFile, part: Range<Int64>) -> ImportPlace {
    ledger.withLock { ledger in
      ledger.finish(.part(file.name, file.size, part), bytes: Int64(part.count))
      return ledger.place(of: file.key) ?? .absent
    }
  }

  /// Notes a finished file. Blocks.
  func keep(_ file: ImportFile, _ descriptor: borrowing OwnedDescriptor) throws {
    try descriptor.setPermissions(Self.published)
    ledger.withLock { $0.finish(.whole(file.name, file.size), bytes: file.size) }
  }

  /// What ``assemble(_:)`` does for the holder of the file.
  func assembleTaken(_ file: ImportFile) async throws {
    guard case .partial(missing: [])? = ledger.withLock({ $0.place(of: file.key) }) else { return }
    do {
      let part = try await store.blocking {
        let part = try PartFile(try self.folder.openFile(file.name.text, flags: O_RDONLY))
        part.descriptor.adviseSequential()
        return part
      }
      for start in stride(from: Int64(0), to: file.size, by: Int(FileCheck.turnSize)) {
        try Task.checkCancellation()
        try await store.blocking {
          try part.absorbExisting(from: start, length: min(file.size, start + FileCheck.turnSize))
        }
      }
      try await store.blocking { try self.judge(file, part) }
    } catch {
      throw await store.named(error, remaining: 0)
    }
  }

  private func judge(_ file: ImportFile, _ part: PartFile) throws {
    let found = try part.digests()
    let length = try part.descriptor.status().size
    if let mismatch = file.mismatch(length: length, found.sha1, found.sha256) {
      try forget(file.name)
      throw mismatch
    }
    // Its bytes were counted with the parts.
    try part.descriptor.setPermissions(Self.published)
    ledger.withLock { $0.finish(.whole(file.name, file.size), bytes: 0) }
  }
}
