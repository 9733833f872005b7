import Catalog
import UpdateModel
import WireFormat

/// The first way through the catalogue: finds the order of a package and its files.
struct PackageSurvey {
  private(set) var order = PackageOrder()
  private(set) var counts = PackageCounts()
  private var files: Set<FileKey> = []

  /// Takes a revision.
  ///
  /// - Parameter takeFile: gets each file when it first comes up.
  mutating func take(_ revision: ExportedRevision, _ takeFile: (PackagedFile) throws -> Void) throws {
    let metadata = try PackageDocument.metadata(of: revision)
    order.add(metadata)
    counts.revisions += 1
    counts.metadataBytes += Int64(revision.document.count)
    for file in metadata.files where files.insert(FileKey(file.digest)).inserted {
      let location = revision.files.first { $0.digest == file.digest }
      try takeFile(
        PackagedFile(digest: file.digest, muURL: location?.muURL, name: PackageDocument.plainName(file.fileName)))
    }
  }

  mutating func finish() {
    order.finish()
    counts.updates = order.counts[PackageOrder.Section.update.rawValue]
    counts.files = files.count
    files = []
  }
}

/// What a package has.
public struct PackageCounts: Hashable, Sendable {
  public var revisions = 0
  /// Revisions that are no categories and no detectoids.
  public var updates = 0
  /// Distinct content files that are named; none is carried.
  public var files = 0
  /// Of all documents as they are stored.
  public var metadataBytes: Int64 = 0

  public init() {}
}

/// Documents of the catalogue on their way into a package.
enum PackageDocument {
  static func metadata(of revision: ExportedRevision) throws -> UpdateMetadata {
    do {
      return try UpdateMetadataParser.parse(revision.document, expecting: revision.identity)
    } catch {
      throw WindowsPackageError.damagedDocument(
        reason: "\(error.within(operation: "document of \(revision.identity)"))")
    }
  }

  /// What stands behind the last slash or backslash: importing sites refuse paths.
  static func plainName(_ name: String) -> String {
    name.split(whereSeparator: { $0 == "/" || $0 == "\\" }).last.map(String.init) ?? ""
  }

  /// The entry of a revision in `package.xml`.
  static func entry(_ metadata: UpdateMetadata, _ order: PackageOrder) -> PackagedUpdate {
    var entry = PackagedUpdate(identity: metadata.identity)
    guard PackageOrder.Section(metadata.kind) == .update else { return entry }
    entry.files = metadata.files.map(\.digest)
    for category in metadata.prerequisites.filter(\.isCategory).flatMap(\.updateIDs) {
      switch order.section(ofCategory: category) {
      case .classification: entry.classifications.append(category)
      case .product: entry.categories.append(category)
      default: break
      }
    }
    return entry
  }
}
