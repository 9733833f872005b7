import Glibc
import Platform
import Synchronization
import UpdateModel

extension ContentStore {
  static let importsName = "import"
  private static let lockAttempts = 8

  /// Opens the import `name`, new or with everything its last checkpoint covered.
  ///
  /// - Parameter name: 1 to 64 lower-case letters, digits and hyphens, as an archive's GUID.
  /// - Throws: ``ContentStoreError/importElsewhere(name:)`` while another process, or object, holds it;
  ///   ``ContentStoreError/malformedImportName(_:)``.
  public func beginImport(_ name: String) async throws -> ImportStaging {
    guard Self.isImportName(name) else { throw ContentStoreError.malformedImportName(name) }
    do {
      return try await blocking { try self.openImport(name) }
    } catch {
      throw await named(error, remaining: 0)
    }
  }

  /// The imports on disk, sorted by name. Asks only: whoever holds one is not disturbed.
  public func stagedImports() async throws -> [StagedImport] {
    try await blocking { try self.listImports() }
  }

  /// Whether `bytes` more fit above the reserve and beside what others still need.
  ///
  /// - Throws: ``ContentStoreError/noSpace(needed:free:)``.
  public func checkRoom(for bytes: Int64) async throws {
    try await blocking {
      try self.takeRoom(forImport: bytes)
      self.ingests.adjustImports(by: -bytes)
    }
  }

  func takeRoom(forImport bytes: Int64) throws {
    try roomTaking.withLock { _ in
      let needed = bytes + ingests.reserved(besides: nil)
      let free = try staging.freeBytes()
      if free - minimumFree < needed { throw ContentStoreError.noSpace(needed: needed, free: free) }
      ingests.adjustImports(by: bytes)
    }
  }

  private static func isImportName(_ name: String) -> Bool {
    let isPlain = name.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
    return isPlain && (1...64).contains(name.utf8.count)
  }

  private func openImport(_ name: String) throws -> ImportStaging {
    let (folder, lock) = try lockedImport(name)
    var ledger = ImportLedger()
    var isClean = try ImportJournal.read(in: folder, into: &ledger)
    var found: Set<DigestKey> = []
    for entry in try folder.names() where entry != ImportStaging.lockName && entry != ImportJournal.name {
      if let key = try Self.trusted(entry, in: folder, by: ledger) {
        found.insert(key)
      } else {
        try folder.remove(entry)
      }
    }
    var lost = ledger.partial.keys.filter { !found.contains($0) }
    ledger.whole.forEach { if !found.contains($0.key) { lost.append($0.key) } }
    for key in lost {
      ledger.remove(key)
      isClean = false
    }
    // A line about a file that is no longer here would vouch for the next one of that name.
    let journal =
      isClean ? try ImportJournal.open(in: folder) : try ImportJournal.replace(ledger.facts, in: folder)
    return ImportStaging(
      name: name, store: self, folder: folder, lock: lock, ledger: ledger, journal: journal)
  }

  /// The key of a file that is as the journal says.
  private static func trusted(_ entry: String, in folder: Folder, by ledger: ImportLedger) throws -> DigestKey? {
    guard let name = ContentName(entry), let status = try folder.status(entry), status.kind == .regular
    else { return nil }
    let key = DigestKey(name.digest)
    if let whole = ledger.whole[key] {
      return whole.size == status.size && whole.fileExtension == name.fileExtension ? key : nil
    }
    guard let partial = ledger.partial[key], partial.name == name else { return nil }
    return (partial.ranges.last?.upperBound ?? 0) <= status.size && status.size <= partial.size ? key : nil
  }
}

extension ContentStore {
  /// The folder of an import and its lock. Whoever ended an import removed the lock that we may have opened.
  private func lockedImport(_ name: String) throws -> (folder: Folder, lock: ImportLock) {
    for _ in 0..<Self.lockAttempts {
      let imports = try staging.makeFolder(Self.importsName, permissions: 0o700)
      let folder = try imports.makeFolder(name, permissions: 0o700)
      guard let lock = try ImportLock.open(in: folder) else { continue }
      guard try lock.descriptor.tryLock() else { break }
      if try lock.descriptor.status().linkCount > 0 { return (folder, lock) }
    }
    throw ContentStoreError.importElsewhere(name: name)
  }

  private func importsFolder() throws(SystemError) -> Folder? {
    do {
      return try staging.openFolder(Self.importsName)
    } catch  where error.isNotFound {
      return nil
    }
  }

  private func listImports() throws -> [StagedImport] {
    guard let imports = try importsFolder() else { return [] }
    var list: [StagedImport] = []
    for name in try imports.names().sorted() where Self.isImportName(name) {
      guard try imports.status(name)?.kind == .folder else { continue }
      let folder = try imports.openFolder(name)
      let written = try folder.status(ImportJournal.name) ?? imports.status(name)
      guard let written else { continue }
      list.append(
        StagedImport(
          name: name, content: try Self.tallyImport(folder), isHeld: try Self.isHeld(folder),
          modified: written.modified))
    }
    return list
  }

  /// Removes imports whose journal was last written before `before`; one that somebody holds stays.
  func collectImports(preview: Bool, before: Timestamp?) throws -> ContentStatistics.Tally {
    var removed = ContentStatistics.Tally()
    guard let before else { return removed }
    for found in try listImports() where !found.isHeld && found.modified < before {
      if !preview {
        do {
          let staging = try openImport(found.name)
          try staging.removeEverything()
          staging.end()
        } catch ContentStoreError.importElsewhere {
          continue
        }
      }
      removed.files += found.content.files
      removed.bytes += found.content.bytes
    }
    return removed
  }

  /// Files of all imports, whole or not.
  func tallyImports() throws -> ContentStatistics.Tally {
    try listImports().reduce(into: ContentStatistics.Tally()) { tally, found in
      tally.files += found.content.files
      tally.bytes += found.content.bytes
    }
  }

  private static func isHeld(_ folder: Folder) throws(SystemError) -> Bool {
    guard let lock = try ImportLock.open(in: folder, flags: O_RDWR) else { return false }
    return try lock.descriptor.isLockedElsewhere()
  }

  private static func tallyImport(_ folder: Folder) throws(SystemError) -> ContentStatistics.Tally {
    var tally = ContentStatistics.Tally()
    for entry in try folder.names() where ContentName(entry) != nil {
      if let status = try folder.status(entry), status.kind == .regular { tally.add(status.size) }
    }
    return tally
  }
}

/// The open lock file of an import; the lock goes with the object.
final class ImportLock: Sendable {
  let descriptor: OwnedDescriptor

  private init(_ descriptor: consuming OwnedDescriptor) { self.descriptor = descriptor }

  /// - Returns: nil when there is none, or its folder was removed meanwhile.
  static func open(in folder: Folder, flags: Int32 = O_RDWR | O_CREAT) throws(SystemError) -> ImportLock? {
    do {
      return ImportLock(try folder.openFile(ImportStaging.lockName, flags: flags))
    } catch  where error.isNotFound {
      return nil
    }
  }
}
