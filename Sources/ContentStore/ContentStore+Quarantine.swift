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
    try DurableFile.write(try JSONText.bytes(note), to: digest.hex + ".json", in: quarantine)
    try quarantine.sync()
  }

  /// One per digest: the newest replaces an older one, so quarantine is never longer than the catalogue.
  static func quarantineName(_ digest: FileDigest) -> String { digest.hex + ".bad" }
}
