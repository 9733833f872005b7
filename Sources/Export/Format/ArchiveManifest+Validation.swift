import Catalog
import UpdateModel

extension ArchiveManifest {
  /// Checks what section 3 asks of the values: limits, order, every object exactly once, parts and sums.
  ///
  /// - Throws: ``FormatError`` that names the first member that does not fit.
  public func validate() throws(FormatError) {
    try checkHead()
    try checkVolumeLimits()
    var walk = EntryWalk(self)
    for index in volumes.indices { try walk.volume(index) }
    try walk.finish()
    try checkCounts(walk)
  }

  private func checkHead() throws(FormatError) {
    try require(sequence >= 1, "sequence", "1 or more", "\(sequence)")
    if let expires { try require(expires > created, "expires", "a time after \(created)", "\(expires)") }
    if let base {
      let least: Int64 = base.kind == .archive ? 1 : 0
      try require(
        base.sequence >= least && base.sequence < sequence, "base, sequence", "\(least) to \(sequence - 1)",
        "\(base.sequence)")
    }
    try require(
      introduces.count <= Self.maximumIntroduced, "introduces", "at most \(Self.maximumIntroduced) certificates",
      "\(introduces.count)")
    try require(
      revokes.count <= Self.maximumRevoked, "revokes", "at most \(Self.maximumRevoked) fingerprints", "\(revokes.count)"
    )
    for (first, second) in zip(revokes, revokes.dropFirst()) {
      try require(first < second, "revokes", "a fingerprint greater than \(first)", "\(second)")
    }
    for (first, second) in zip(split, split.dropFirst()) {
      try require(first.name < second.name, "split", "an object that comes after \(first.name)", "\(second.name)")
    }
  }

  private func checkVolumeLimits() throws(FormatError) {
    try require(
      (1...Self.maximumVolumes).contains(volumes.count), "volumes", "1 to \(Self.maximumVolumes) volumes",
      "\(volumes.count)")
    try require(
      entries.count <= Self.maximumEntries, "volumes, entries", "at most \(Self.maximumEntries) entries",
      "\(entries.count)")
    var next = 0
    for (index, volume) in volumes.enumerated() {
      let isNext = volume.entries.lowerBound == next && volume.entries.upperBound <= entries.count
      try require(
        isNext && !volume.entries.isEmpty, Self.volumeName(index + 1), "entries of its own", "\(volume.entries)")
      next = volume.entries.upperBound
    }
    try require(next == entries.count, "volumes, entries", "each entry in a volume", "\(entries.count - next) more")
  }

  private func checkCounts(_ walk: EntryWalk) throws(FormatError) {
    try equal("counts, contentFiles", walk.contentFiles, Int64(counts.contentFiles))
    try equal("counts, contentBytes", walk.contentBytes, counts.contentBytes)
    let metadata = walk.metadataObjects
    try require(
      (counts.revisions == 0) == (metadata == 0) && counts.revisions >= metadata, "counts, revisions",
      metadata == 0 ? "0" : "\(metadata) or more", "\(counts.revisions)")
    try checkTotal("counts, totalRevisions", counts.revisions, counts.totalRevisions)
    try checkTotal("counts, totalContentFiles", counts.contentFiles, counts.totalContentFiles)
    try checkList(.revisionList, count: counts.totalRevisions, width: RevisionListing.width)
    try checkList(.contentList, count: counts.totalContentFiles, width: ContentListing.width)
  }

  /// Without a base, an archive carries everything.
  private func checkTotal(_ member: String, _ carried: Int, _ total: Int) throws(FormatError) {
    let expected = base == nil ? "\(carried)" : "\(carried) or more"
    try require(total == carried || (base != nil && total > carried), member, expected, "\(total)")
  }

  private func checkList(_ name: ObjectName, count: Int, width: Int) throws(FormatError) {
    let (length, overflow) = count.multipliedReportingOverflow(by: width)
    let found = packedLength(of: name) ?? 0
    try require(
      !overflow && Int64(length) == found, "packed, \(name)", "\(count) records of \(width) bytes", "\(found) bytes")
  }

  private func equal(_ member: String, _ expected: Int64, _ found: Int64) throws(FormatError) {
    try require(expected == found, member, "\(expected)", "\(found)")
  }

  fileprivate func require(
    _ holds: Bool, _ member: @autoclosure () -> String, _ expected: @autoclosure () -> String,
    _ found: @autoclosure () -> String
  ) throws(FormatError) {
    if !holds {
      throw FormatError(place: "\(Self.name), \(member())", expected: expected(), found: found())
    }
  }
}

/// Goes over all entries in their order: each object once, whole or with all its parts.
private struct EntryWalk {
  /// The objects that every archive begins with.
  private static let required = [ObjectName.state, .revisionList, .contentList]

  private let manifest: ArchiveManifest
  /// The object of the last entry.
  private var last: ObjectName?
  /// Parts of the last object that were seen, and their bytes; 0 for an object in one piece.
  private var parts = 0
  private var partBytes: Int64 = 0
  private var lastPartSize: Int64 = 0
  private var packedObjects = 0
  private var splitObjects = 0
  private(set) var metadataObjects = 0
  private(set) var contentFiles: Int64 = 0
  private(set) var contentBytes: Int64 = 0

  init(_ manifest: ArchiveManifest) { self.manifest = manifest }

  mutating func volume(_ index: Int) throws(FormatError) {
    var size = UstarHeader.endLength
    for entry in manifest.entries(ofVolume: index) {
      try self.entry(entry)
      size += UstarHeader.entryLength(entry.size)
    }
    let volume = ArchiveManifest.volumeName(index + 1)
    try manifest.require(
      manifest.volumes[index].size == size, "\(volume), size", "\(size)", "\(manifest.volumes[index].size)")
  }

  mutating func finish() throws(FormatError) {
    try endOfObject()
    try manifest.require(
      last.map { $0 >= .contentList } ?? false, "volumes, entries", "the state and both lists",
      "an archive without one of them")
    try manifest.require(
      packedObjects == manifest.packed.count, "packed", "\(packedObjects) objects", "\(manifest.packed.count)")
    try manifest.require(
      splitObjects == manifest.split.count, "split", "\(splitObjects) objects", "\(manifest.split.count)")
  }

  private mutating func entry(_ entry: ArchiveEntry) throws(FormatError) {
    let least: Int64 = entry.part == 0 && !entry.name.isPacked ? 0 : 1
    try manifest.require(
      (least...ArchiveEntry.maximumSize).contains(entry.size), "\(entry.text), size",
      "\(least) to \(ArchiveEntry.maximumSize)", "\(entry.size)")
    if entry.part > 1 { return try furtherPart(entry) }
    try endOfObject()
    try order(entry.name)
    last = entry.name
    parts = entry.part
    partBytes = entry.size
    lastPartSize = entry.size
    if entry.part == 0 { try object(entry.name, size: entry.size) }
  }

  private mutating func furtherPart(_ entry: ArchiveEntry) throws(FormatError) {
    try manifest.require(
      entry.name == last && entry.part == parts + 1, entry.text, "part \(parts + 1) of \(last?.text ?? "nothing")",
      "part \(entry.part) of \(entry.name)")
    try manifest.require(
      lastPartSize >= ArchiveEntry.minimumPartSize, "part \(parts) of \(entry.name), size",
      "at least \(ArchiveEntry.minimumPartSize)", "\(lastPartSize)")
    let (sum, overflow) = partBytes.addingReportingOverflow(entry.size)
    try manifest.require(!overflow, entry.text, "a sum of 64 bits", "more")
    (parts, partBytes, lastPartSize) = (entry.part, sum, entry.size)
  }

  /// Compares the parts of an object with what `split` says of it.
  private mutating func endOfObject() throws(FormatError) {
    guard let name = last, parts > 0 else { return }
    let declared = splitObjects < manifest.split.count ? manifest.split[splitObjects] : nil
    try manifest.require(
      declared?.name == name, "split", "the object \(name)", declared?.name.text ?? "the end of the list")
    try manifest.require(
      declared?.parts == parts, "split, \(name), parts", "\(parts)", "\(declared?.parts ?? 0)")
    try manifest.require(
      declared?.size == partBytes, "split, \(name), size", "\(partBytes)", "\(declared?.size ?? 0)")
    splitObjects += 1
    parts = 0
    try object(name, size: partBytes)
  }

  private func order(_ name: ObjectName) throws(FormatError) {
    let expected = Self.required.first { candidate in last.map { $0 < candidate } ?? true }
    if let expected {
      try manifest.require(name == expected, name.text, "the object \(expected) at this place", "\(name)")
    } else if name.kind == .metadata {
      try manifest.require(
        name.metadataNumber == metadataObjects + 1, name.text, "metadata object \(metadataObjects + 1)", "\(name)")
    } else if let last {
      try manifest.require(
        last < name && !last.isSameFile(as: name), name.text, "an object that comes after \(last)", "\(name)")
    }
  }

  /// Counts an object whose length is known.
  private mutating func object(_ name: ObjectName, size: Int64) throws(FormatError) {
    if name.isPacked { return try packedObject(name) }
    contentFiles += 1
    let (sum, overflow) = contentBytes.addingReportingOverflow(size)
    try manifest.require(!overflow, "counts, contentBytes", "a sum of 64 bits", "more")
    contentBytes = sum
  }

  private mutating func packedObject(_ name: ObjectName) throws(FormatError) {
    if name.kind == .metadata { metadataObjects += 1 }
    let declared = packedObjects < manifest.packed.count ? manifest.packed[packedObjects] : nil
    try manifest.require(
      declared?.name == name, "packed", "the object \(name)", declared?.name.text ?? "the end of the list")
    let limit = PackedObject.maximumLength(of: name.kind)
    try manifest.require(
      (0...limit).contains(declared?.length ?? -1), "packed, \(name), length", "0 to \(limit)",
      "\(declared?.length ?? -1)")
    packedObjects += 1
  }
}
