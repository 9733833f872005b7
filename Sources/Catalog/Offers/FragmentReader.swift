internal import GRDB
internal import Packing
internal import UpdateModel

/// Reads stored fragments; lives inside one snapshot.
struct FragmentReader: ~Copyable {
  private let core: RawStatement
  private let extended: RawStatement
  private let localized: RawStatement
  private let frames: FrameReader
  private let languages: LanguageChoice
  private let geoID: String?

  init(_ db: Database, locales: [String], geoID: String?) throws {
    let published = "EXISTS (SELECT 1 FROM revision WHERE revision.revisionID = ?1 AND changeSequence IS NOT NULL)"
    let core = try RawStatement(db, "SELECT bytes, length FROM coreFragment WHERE revisionID = ?1 AND \(published)")
    let extended = try RawStatement(
      db, "SELECT bytes, length FROM extendedFragment WHERE revisionID = ?1 AND \(published)")
    let localized = try RawStatement(
      db,
      """
      SELECT language, geoID, bytes, length FROM localizedFragment
      WHERE revisionID = ?1 AND kind = ?2 AND \(published) ORDER BY position
      """)
    let frames = try FrameReader()
    self.core = core
    self.extended = extended
    self.localized = localized
    self.frames = frames
    self.languages = LanguageChoice(locales: locales)
    self.geoID = geoID?.uppercased()
  }

  func append(_ kind: FragmentKind, of revisionID: Int64, to fragments: inout [Fragment]) throws {
    switch kind {
    case .core: try append(kind, core, revisionID, &fragments)
    case .extended: try append(kind, extended, revisionID, &fragments)
    case .localizedProperties, .eula: try appendLocalized(kind, revisionID, &fragments)
    }
  }

  private func append(
    _ kind: FragmentKind, _ select: RawStatement, _ revisionID: Int64, _ fragments: inout [Fragment]
  ) throws {
    select.bind(1, revisionID)
    let bytes = try select.fetch { row in
      try PackedDocument.unpack(row.blob(0), length: row.int64(1), frames, revisionID: revisionID)
    }
    guard let bytes else { return }
    fragments.append(Fragment(revisionID: RevisionID(revisionID), kind: kind, language: nil, bytes: bytes))
  }

  private struct Stored {
    let language: String
    let geoID: String?
    let bytes: [UInt8]
    let length: Int64?
  }

  private func appendLocalized(_ kind: FragmentKind, _ revisionID: Int64, _ fragments: inout [Fragment]) throws {
    var stored: [Stored] = []
    localized.bind(1, revisionID)
    localized.bind(2, Int64(kind.rawValue))
    try localized.forEach { row in
      stored.append(
        Stored(
          language: row.text(0) ?? "", geoID: row.text(1)?.uppercased(), bytes: copyBytes(row.blob(2)),
          length: row.int64(3)))
    }
    if kind == .eula { stored = forRegion(stored) }
    for position in languages.positions(in: stored.map(\.language)) {
      let fragment = stored[position]
      let bytes = try fragment.bytes.withUnsafeBytes {
        try PackedDocument.unpack($0, length: fragment.length, frames, revisionID: revisionID)
      }
      fragments.append(
        Fragment(revisionID: RevisionID(revisionID), kind: kind, language: fragment.language, bytes: bytes))
    }
  }

  /// The variants of the client's region where there are any in that language, else those of the rest of the world.
  private func forRegion(_ stored: [Stored]) -> [Stored] {
    stored.filter { fragment in
      if let region = fragment.geoID { return region == geoID }
      return !stored.contains { $0.geoID != nil && $0.geoID == geoID && $0.language == fragment.language }
    }
  }
}
