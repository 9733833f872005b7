import Catalog
import ContentStore
import Platform
import Sealing
import UpdateModel

extension ArchiveImport {
  /// What ``apply(_:_:progress:)`` would do: steps 1 to 10, then what this site lacks. Makes nothing visible.
  ///
  /// - Throws: ``ArchiveRefusal``, ``ImportError``.
  public func plan(_ folders: [String], _ options: ImportOptions = ImportOptions()) async throws -> ImportPreview {
    let evidence = EvidenceWriter(action: "plan", server: reader.serverID, path: options.report, clock: clock)
    return try await evidence.around { steps in
      let opened = try await open(folders, options.policy, steps)
      let preview = try await preview(opened, options)
      return (preview, preview.missingVolumes.isEmpty ? .accepted : .incomplete(volumes: preview.missingVolumes))
    }
  }

  private func preview(_ opened: OpenedArchive, _ options: ImportOptions) async throws -> ImportPreview {
    let manifest = opened.manifest
    var preview = ImportPreview(
      manifest: manifest, manifestSHA256: opened.manifestSHA256, signers: opened.signers,
      isRepeat: opened.kind == .again)
    let state = state
    preview.roomFree = try await pool.run { try FreeSpace.available(at: state) }
    preview.presentVolumes = try await pool.run { try opened.disks.volumes(of: manifest.volumes.count) }
    if preview.isRepeat { return preview }
    let needed = try await needed(opened)
    preview.newFiles = needed.files
    preview.newBytes = needed.bytes
    preview.missingVolumes = Array(Set(needed.volumes).subtracting(preview.presentVolumes)).sorted()
    try await look(into: opened, options, &preview)
    return preview
  }

  /// Disturbs no run that is under way.
  private func needed(_ opened: OpenedArchive) async throws -> NeededEntries {
    let name = "\(opened.manifest.archiveID)"
    let waiting = try await store.stagedImports().first { $0.name == name }
    if let waiting, !waiting.isHeld {
      let staging = try await store.beginImport(name)
      defer { staging.leave() }
      return try await ImportRun(self, opened, { _ in }).needed(staging)
    }
    let stored = Set(try await store.allDigests())
    let spool = ImportSpool(state: state, archiveID: opened.manifest.archiveID)
    let spooled = try await pool.run { try spool.sizes() }
    return try await NeededEntries(opened.manifest, VolumeLayout(opened.manifest), spooled: spooled) { files in
      files.map { stored.contains($0.digest) ? .stored : .absent }
    }
  }

  /// Reads state and list of revisions where they are.
  private func look(into opened: OpenedArchive, _ options: ImportOptions, _ preview: inout ImportPreview) async throws {
    let glance = ArchiveGlance(
      opened: opened, spool: ImportSpool(state: state, archiveID: opened.manifest.archiveID), medium: medium)
    let contents = try await pool.run { try glance.contents() }
    if let state = contents.state {
      var administration = AdministrationPreview(
        groups: state.groups.count, deployments: state.deployments.count, declined: state.declined.count,
        acceptedEULAs: state.acceptedEULAs.count)
      if try await catalog.settings().replicationMode == .autonomous {
        administration.approvals = try await approvals(state, options)
      }
      preview.administration = administration
    }
    if contents.revisions != nil {
      let spool = ImportSpool(state: state, archiveID: opened.manifest.archiveID)
      let intake = MetadataIntake(
        catalog: catalog, spool: spool, manifest: opened.manifest,
        objects: PackedObjects(opened.manifest, VolumeLayout(opened.manifest)), pool: pool)
      preview.newRevisions = try await intake.missing(contents.revisions).count
    }
  }
}

extension ImportPreview {
  /// Certificates that would become trusted: subject and fingerprint.
  public var introduces: [String] {
    manifest.introduces.map { text in
      do {
        return try Certificate(pem: text).words
      } catch {
        // Step `manifest` has read it: this cannot be.
        return "\(error)"
      }
    }
  }
}

/// Reads the state and the list of revisions of an archive and keeps nothing.
struct ArchiveGlance: Sendable {
  let opened: OpenedArchive
  let spool: ImportSpool
  let medium: MediumReads

  /// Blocks. What lies in volumes that are not here stays nil.
  func contents() throws -> ArchiveContents {
    let layout = VolumeLayout(opened.manifest)
    let objects = PackedObjects(opened.manifest, layout)
    var contents = ArchiveContents(opened.manifest)
    if let state = try bytes(of: .state, objects, layout) { try contents.takeState(state) }
    if let list = try bytes(of: .revisionList, objects, layout) { try contents.takeRevisionList(list) }
    return contents
  }

  private func bytes(of name: ObjectName, _ objects: PackedObjects, _ layout: VolumeLayout) throws -> [UInt8]? {
    guard let object = objects.object(name) else { return nil }
    if let kept = try spool.object(object.entries, sha256: object.sha256) { return kept }
    var check = ContentCheck(layout)
    for number in object.volumes.sorted() {
      guard let volume = try opened.disks.volume(number) else { return nil }
      let reader = try VolumeReader(
        volume, number: number, manifest: opened.manifest, layout: layout, takesDigest: false, medium: medium
      ) { $0.name == name }
      while let piece = try reader.nextPiece() { try check.take(piece) }
    }
    return check.packed
  }
}

extension ContentCheck {
  mutating func take(_ piece: VolumePiece) throws {
    switch piece {
    case .whole(let entries): for entry in entries { _ = try take(entry) }
    case .chunk(let chunk): _ = try take(chunk)
    }
  }
}
