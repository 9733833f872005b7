import Catalog
import UpdateModel

extension ArchiveManifest {
  /// `manifest.json` in memory.
  public func bytes() -> [UInt8] {
    var writer = CanonicalJSONWriter()
    write(to: &writer) { _ in }
    return writer.bytes
  }

  /// Writes `manifest.json` in pieces of about 64 KiB.
  public func write(to sink: (_ bytes: [UInt8]) throws -> Void) throws {
    try withoutActuallyEscaping(sink) { sink in
      var writer = CanonicalJSONWriter(sink: sink)
      try write(to: &writer) { try $0.flushIfLarge() }
      try writer.flush()
    }
  }

  private func write(
    to writer: inout CanonicalJSONWriter, afterEach: (inout CanonicalJSONWriter) throws -> Void
  ) rethrows {
    writer.beginObject()
    writeHead(&writer)
    writeLists(&writer)
    writeTail(&writer)
    writer.key("volumes")
    writer.beginArray()
    for index in volumes.indices { try writeVolume(index, &writer, afterEach) }
    writer.endArray()
    writer.endObject()
    writer.lineFeed()
  }

  private func writeHead(_ writer: inout CanonicalJSONWriter) {
    writer.member("archiveId", archiveID.description)
    writer.key("base")
    writeBase(&writer)
    writer.key("counts")
    writer.beginObject()
    writer.member("contentBytes", counts.contentBytes)
    writer.member("contentFiles", Int64(counts.contentFiles))
    writer.member("revisions", Int64(counts.revisions))
    writer.member("totalContentFiles", Int64(counts.totalContentFiles))
    writer.member("totalRevisions", Int64(counts.totalRevisions))
    writer.endObject()
    writer.member("created", created.description)
    writer.member("expires", expires?.description)
    writer.key("files")
    writer.beginArray()
    writeFile(Self.readmeName, readme, &writer)
    writeFile(Self.sumsName, sums, &writer)
    writer.endArray()
    writer.member("format", Self.format)
    writer.member("introduces", introduces)
  }

  private func writeBase(_ writer: inout CanonicalJSONWriter) {
    guard let base else { return writer.null() }
    writer.beginObject()
    writer.member("id", base.id.description)
    writer.member("kind", base.kind.word)
    writer.member("sequence", base.sequence)
    writer.endObject()
  }

  private func writeLists(_ writer: inout CanonicalJSONWriter) {
    writer.key("packed")
    writer.beginArray()
    for object in packed {
      writer.beginObject()
      writer.member("length", object.length)
      writer.member("name", plain: object.name.append)
      writer.endObject()
    }
    writer.endArray()
    writer.member("revokes", revokes.map(\.hex))
    writer.key("selection")
    writer.beginObject()
    writer.member("approvedOnly", selection.approvedOnly)
    writer.member("categories", selection.categories)
    writer.member("classifications", selection.classifications)
    writer.member("groups", selection.groups)
    writer.endObject()
  }

  private func writeTail(_ writer: inout CanonicalJSONWriter) {
    writer.member("sequence", sequence)
    writer.key("snapshot")
    writer.beginObject()
    writer.member("content", snapshot.content)
    writer.member("revisions", snapshot.revisions)
    writer.member("state", snapshot.state)
    writer.endObject()
    writer.key("source")
    source.write(&writer)
    writeSplit(&writer)
    writer.member("target", target?.description)
    writer.member("version", Self.version)
  }

  private func writeSplit(_ writer: inout CanonicalJSONWriter) {
    writer.key("split")
    writer.beginArray()
    for object in split {
      writer.beginObject()
      writer.member("name", plain: object.name.append)
      writer.member("parts", Int64(object.parts))
      writer.member("sha256", object.sha256)
      writer.member("size", object.size)
      writer.endObject()
    }
    writer.endArray()
  }

  private func writeVolume(
    _ index: Int, _ writer: inout CanonicalJSONWriter, _ afterEach: (inout CanonicalJSONWriter) throws -> Void
  ) rethrows {
    writer.beginObject()
    writer.key("entries")
    writer.beginArray()
    for entry in entries(ofVolume: index) {
      writer.beginObject()
      writer.member("name", plain: EntryName(object: entry.name, part: entry.part).append)
      writer.member("sha256", entry.sha256)
      writer.member("size", entry.size)
      writer.endObject()
      try afterEach(&writer)
    }
    writer.endArray()
    writer.member("name", Self.volumeName(index + 1))
    writer.member("sha256", volumes[index].sha256)
    writer.member("size", volumes[index].size)
    writer.endObject()
  }

  private func writeFile(_ name: String, _ file: ListedFile, _ writer: inout CanonicalJSONWriter) {
    writer.beginObject()
    writer.member("name", name)
    writer.member("sha256", file.sha256)
    writer.member("size", file.size)
    writer.endObject()
  }
}

extension ArchiveSite {
  /// Longest name, in bytes.
  static let maximumName = 255

  func write(_ writer: inout CanonicalJSONWriter) {
    writer.beginObject()
    writer.member("name", name)
    writer.member("serverId", serverID.description)
    writer.endObject()
  }

  /// Reads what ``write(_:)`` has written.
  init(_ reader: inout CanonicalJSONReader) throws(FormatError) {
    try reader.beginObject()
    try reader.key("name")
    let start = reader.offset
    name = try reader.text(limit: Self.maximumName)
    guard name.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
      throw reader.refusal(at: start, "a name without control characters", ForeignText.quoted(name))
    }
    try reader.key("serverId")
    serverID = try reader.guid()
    try reader.endObject()
  }
}

extension ArchiveBase.Kind {
  /// As it stands in a manifest.
  var word: String { self == .archive ? "archive" : "receipt" }
}
