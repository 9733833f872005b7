import UpdateModel
import WireFormat

/// The first reading of a package: every byte is unpacked, every document parsed, both members compared. Stores nothing.
struct PackageCheck {
  /// Distinct revisions that bundles may name.
  private static let memberLimit = 1_000_000

  private(set) var locations: PackageLocations
  private(set) var header: WindowsPackageHeader?
  /// In the order of the package.
  private(set) var identities: [UpdateIdentity] = []
  private(set) var updates = 0
  private(set) var metadataBytes: Int64 = 0
  /// Named by bundles.
  private var members: Set<UpdateIdentity> = []
  private var records = PackageRecordReader(limits: PackageCopy.limits)
  private let index = WindowsPackageReader(limits: PackageCopy.limits)
  private var comparison = WindowsPackageComparison()

  init(state: String) throws { locations = try PackageLocations(state: state) }

  /// Reads the whole package.
  ///
  /// - Parameter progress: after each piece.
  mutating func read(_ package: PackageCopy, _ flag: StopFlag, _ progress: (PackageProgress) -> Void) throws {
    var at = PackageProgress(phase: .check)
    try package.read { member, bytes in
      try flag.check()
      if member == WindowsPackageLayout.metadataName { try takeMetadata(bytes) } else { try takeIndex(bytes) }
      (at.done, at.bytes) = (identities.count, metadataBytes)
      progress(at)
    }
    do {
      try comparison.finish()
    } catch {
      throw WindowsPackageError.refusal(package.path, error)
    }
    members.subtract(identities)
    try locations.flush()
  }

  /// Named by bundles of the package, and not in it; sorted.
  var foreignMembers: [UpdateIdentity] { members.sorted() }

  private mutating func takeMetadata(_ bytes: UnsafeRawBufferPointer) throws {
    let whole = try bytes.isEmpty ? records.finish() : records.push(bytes)
    for record in whole {
      let metadata = try Self.metadata(of: record)
      comparison.addRecord(record.identity)
      identities.append(record.identity)
      metadataBytes += Int64(record.document.count)
      if !metadata.kind.isConfiguration { updates += 1 }
      for member in metadata.bundledUpdates.lazy.flatMap(\.identities) { members.insert(member) }
      guard members.count <= Self.memberLimit else {
        throw WireError.limitExceeded(
          Self.place(of: record, "BundledUpdates"), limit: .items, maximum: Self.memberLimit)
      }
    }
  }

  private mutating func takeIndex(_ bytes: UnsafeRawBufferPointer) throws {
    for part in try bytes.isEmpty ? index.finish() : index.push(bytes) {
      switch part {
      case .header(let found): header = try Self.checked(found)
      case .language: break
      case .file(let file): try locations.add(try Self.checked(file))
      case .update(let update): comparison.addListed(update.identity)
      }
    }
  }

  static func metadata(of record: PackageRecord) throws(WireError) -> UpdateMetadata {
    do throws(WireError) {
      return try UpdateMetadataParser.parse(record.document, expecting: record.identity)
    } catch {
      throw error.within(operation: "metadata.txt, document of \(record.identity)")
    }
  }

  private static func place(of record: PackageRecord, _ element: String) -> WireLocation {
    WireLocation(operation: "metadata.txt, document of \(record.identity)", element: element)
  }

  private static func checked(_ header: WindowsPackageHeader) throws(WireError) -> WindowsPackageHeader {
    guard header.protocolVersion.major == ProtocolVersion.announced.major else {
      throw .invalidValue(
        WireLocation(operation: "package.xml", element: "ExportPackage/ProtocolVersion"),
        expected: "\(ProtocolVersion.announced.major).x", found: "\(header.protocolVersion)")
    }
    return header
  }

  /// Names of files are never used as paths; one that is a path comes from nobody who writes packages.
  private static func checked(_ file: PackagedFile) throws(WireError) -> PackagedFile {
    let isPlain = file.name != ".." && !file.name.unicodeScalars.contains { "/\\:\0".unicodeScalars.contains($0) }
    guard isPlain else {
      throw .invalidValue(
        WireLocation(operation: "package.xml", element: "Files/File/Name"), expected: "a plain file name",
        found: ForeignText.quoted(file.name))
    }
    return file
  }
}
