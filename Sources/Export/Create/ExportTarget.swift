import Glibc
import Platform
import Sealing
import UpdateModel

/// The folder that an archive is written into.
struct ExportTarget: Sendable {
  /// Its real path.
  let path: String
  private let state: String
  private let folder: Folder

  /// Opens the folder, making it where missing.
  static func open(_ path: String, state: String) throws -> ExportTarget {
    let folder = try Folder.make(path: path)
    return ExportTarget(path: try realPath(path), state: state, folder: folder)
  }

  private static func realPath(_ path: String) throws -> String {
    guard let found = realpath(path, nil) else { throw SystemError(call: "realpath", path: path, code: errno) }
    defer { free(found) }
    return String(cString: found)
  }

  func volumes() throws -> Folder { try folder.makeFolder(ArchiveManifest.volumeFolder) }

  // MARK: What was begun here

  /// The archive that was begun here and is not finished.
  ///
  /// - Throws: ``ExportError/otherPlan(path:expected:found:)`` when it was begun with other options.
  func begun(_ request: PlanRequest) throws -> (PlanFolder, ArchiveManifest)? {
    for candidate in try plans() {
      guard let plan = try candidate.plan(), let known = try candidate.request() else { continue }
      guard known == request else { throw otherOptions(known, request) }
      return (candidate, plan)
    }
    return nil
  }

  /// The archive that is complete here, when the same options made it.
  func finished(_ request: PlanRequest) throws -> ExportResult? {
    guard let bytes = try MediumFile.read(ArchiveManifest.name, in: folder, limit: ArchiveManifest.maximumSize),
      try folder.status(ArchiveManifest.signatureName) != nil
    else { return nil }
    for candidate in try plans() {
      guard try candidate.finishedManifestBytes() == bytes, let manifest = try candidate.finishedManifest() else {
        continue
      }
      guard let known = try candidate.request(), known == request else { break }
      return ExportResult(
        folder: path, manifest: manifest, manifestSHA256: try InlineSHA256(digesting: bytes),
        leftOut: [], wasFinished: true)
    }
    if try plans().contains(where: { try $0.plan() != nil }) { return nil }
    throw ExportError.finishedArchive(path: path)
  }

  /// Drops what was begun here, and the files of its archive.
  func forget() throws {
    for candidate in try plans() where try candidate.finishedManifestBytes() == nil { try candidate.remove() }
    guard try folder.status(ArchiveManifest.signatureName) == nil else { return }
    for name in [ArchiveManifest.name, ArchiveManifest.sumsName, ArchiveManifest.readmeName] { try folder.remove(name) }
    let volumes = try volumes()
    for name in try volumes.names() where Self.isVolume(name) { try volumes.remove(name) }
  }

  private func plans() throws -> [PlanFolder] {
    try PlanFolder.all(state: state).filter { try $0.request()?.folder == path }
  }

  private func otherOptions(_ known: PlanRequest, _ request: PlanRequest) -> ExportError {
    let before = known.options.filter { !request.options.contains($0) }
    let now = request.options.filter { !known.options.contains($0) }
    return .otherPlan(
      path: path, expected: before.joined(separator: ", "), found: now.joined(separator: ", "))
  }

  // MARK: Writing

  /// - Throws: ``ExportError/foreignFolder(path:found:)`` for anything that this archive does not put there.
  func requireOnly(_ plan: ArchiveManifest) throws {
    let own = [
      ArchiveManifest.name, ArchiveManifest.signatureName, ArchiveManifest.sumsName, ArchiveManifest.readmeName,
    ]
    let allowed = Set(own + own.map { $0 + ".new" } + [ArchiveManifest.volumeFolder])
    if let foreign = try folder.names().first(where: { !allowed.contains($0) }) {
      throw ExportError.foreignFolder(path: path, found: foreign)
    }
    let names = (1...max(1, plan.volumes.count)).map(VolumeLayout.fileName)
    let volumeNames = Set(names + names.map { $0 + ".partial" })
    if let foreign = try volumes().names().first(where: { !volumeNames.contains($0) }) {
      throw ExportError.foreignFolder(path: path, found: "\(ArchiveManifest.volumeFolder)/\(foreign)")
    }
  }

  private static func isVolume(_ name: String) -> Bool {
    let stem = name.hasSuffix(".partial") ? String(name.dropLast(8)) : name
    return stem.hasSuffix(".tar") && stem.count == 8 && Int(stem.prefix(4)) != nil
  }

  /// - Parameter total: bytes of all volumes.
  func requireRoom(for total: Int64) throws {
    let volumes = try volumes()
    let there = try volumes.names().reduce(Int64(0)) { try $0 + (volumes.status($1)?.size ?? 0) }
    let free = try folder.freeBytes()
    if total - there > free { throw ExportError.noSpace(path: path, needed: total - there, free: free) }
  }

  /// A disk that fills up while it is written is named as such.
  func namingFullDisk<Value>(_ total: Int64, _ work: () throws -> Value) throws -> Value {
    do {
      return try work()
    } catch let error as SystemError where error.isNoSpace {
      try requireRoom(for: total)
      throw ExportError.noSpace(path: path, needed: total, free: try folder.freeBytes())
    }
  }

  /// The four files, the signature last.
  ///
  /// - Parameter sign: gives the signature of a manifest with this digest.
  /// - Returns: the digest of the manifest.
  func complete(
    _ manifest: ArchiveManifest, sign: (InlineSHA256) throws -> [UInt8]
  ) throws -> InlineSHA256 {
    try MediumFile.write(manifest.sumsText(), to: ArchiveManifest.sumsName, in: folder)
    try MediumFile.write(Readme.text(of: manifest), to: ArchiveManifest.readmeName, in: folder)
    var digest = try DigestStream(algorithm: .sha256)
    try DurableFile.write(to: ArchiveManifest.name, in: folder, permissions: nil) { sink in
      try manifest.write { piece in
        try digest.update(piece)
        try sink(piece)
      }
    }
    let sha256 = try InlineSHA256(finishing: digest)
    try MediumFile.write(try sign(sha256), to: ArchiveManifest.signatureName, in: folder)
    return sha256
  }
}
