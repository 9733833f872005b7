import Platform
public import UpdateModel

extension ContentStore {
  /// Takes a stored file out of sight into quarantine.
  ///
  /// - Parameter reason: what was found; goes into the note.
  /// - Returns: false when there was no such file.
  @discardableResult
  public func withdraw(_ digest: FileDigest, because reason: ContentStoreError? = nil) async throws -> Bool {
    try await blocking {
      guard let found = try self.find(digest) else { return false }
      try self.withdraw(found.name, because: reason ?? .notFound(digest: digest))
      return true
    }
  }

  /// The same for a name. The bytes go first: a full disk may cost the note, never leave the name.
  func withdraw(_ name: ContentName, because error: ContentStoreError) throws {
    guard let folder = try contentFolder(name.digest) else { return }
    let note = QuarantineNote(error, digest: name.digest, when: clock())
    try folder.rename(name.text, to: Self.quarantineName(name.digest), in: quarantine)
    try folder.sync()
    try write(note, for: name.digest)
  }

  /// Withdraws a file that was found bad, and lets `tell` say so first.
  ///
  /// A note beside the quarantine comes before both: whoever is killed between leaves a file that
  /// ``beginIngest(_:)`` withdraws instead of finding it present.
  func withdraw(
    _ name: ContentName, because error: ContentStoreError, telling tell: (FileDigest) async throws -> Void
  ) async throws {
    let note = QuarantineNote(error, digest: name.digest, when: clock())
    try await blocking {
      // A full disk costs the note, and with it only the care for a kill in the next moments.
      do {
        try DurableFile.write(try NoteText.bytes(note), to: Self.doubtName(name.digest), in: self.quarantine)
        try self.quarantine.sync()
      } catch let error as SystemError where error.isNoSpace {}
    }
    try await tell(name.digest)
    try await blocking {
      if try !self.endWithdrawal(of: name.digest, name) { try self.withdraw(name, because: error) }
    }
  }

  /// Does what is left of a withdrawal that was begun; `name` is nil when the file is gone already.
  ///
  /// - Returns: false when none was begun.
  func endWithdrawal(of digest: FileDigest, _ name: ContentName?) throws -> Bool {
    let doubt = Self.doubtName(digest)
    guard try quarantine.status(doubt) != nil else { return false }
    if let name, let folder = try contentFolder(digest) {
      try folder.rename(name.text, to: Self.quarantineName(digest), in: quarantine)
      try folder.sync()
    }
    try quarantine.rename(doubt, to: digest.hex + ".json", in: quarantine)
    try quarantine.sync()
    return true
  }

  /// A file in doubt that was read again and is good.
  func clearDoubt(_ digest: FileDigest) throws { try quarantine.remove(Self.doubtName(digest)) }

  /// Files whose withdrawal was begun and not ended.
  func digestsInDoubt() throws -> Set<FileDigest> {
    let names = try quarantine.names().filter { $0.hasSuffix(Self.doubtSuffix) }
    return Set(names.compactMap { FileDigest(hex: $0.dropLast(Self.doubtSuffix.count)) })
  }

  /// Moves a part file that cannot become the file.
  ///
  /// A disk that refuses the move costs the bytes, one that refuses the note costs the note: `error` itself, which
  /// the caller throws, carries both values.
  func quarantinePart(
    _ file: ContentFile, because error: ContentStoreError, length: Int64, _ origin: IngestOrigin
  ) throws {
    let note = QuarantineNote(
      error, digest: file.digest, when: clock(), fileName: file.fileName, source: origin.source,
      resumedFrom: origin.resumedFrom, length: length)
    let part = Sidecar.partName(file.digest)
    try staging.remove(Sidecar.name(file.digest))
    do {
      try staging.rename(part, to: Self.quarantineName(file.digest), in: quarantine)
    } catch {
      try staging.remove(part)
      return
    }
    do { try write(note, for: file.digest) } catch let error as SystemError where error.isNoSpace {}
  }

  private func write(_ note: QuarantineNote, for digest: FileDigest) throws {
    try DurableFile.write(try NoteText.bytes(note), to: digest.hex + ".json", in: quarantine)
    try quarantine.sync()
  }

  private static let doubtSuffix = ".doubt"
  private static func doubtName(_ digest: FileDigest) -> String { digest.hex + doubtSuffix }

  /// One per digest: the newest replaces an older one, so quarantine is never longer than the catalogue.
  static func quarantineName(_ digest: FileDigest) -> String { digest.hex + ".bad" }
}
