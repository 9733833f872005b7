import Catalog
import Foundation
import GRDB
import Synchronization
import UpdateModel

/// A clock that a test moves.
final class TestClock: Sendable {
  private let time = Mutex(Timestamp(year: 2026, month: 1, day: 1))
  var now: Timestamp { time.withLock { $0 } }
  func advance(seconds: Double) { time.withLock { $0 = $0.adding(seconds: seconds) } }
  var closure: @Sendable () -> Timestamp { { self.now } }
}

/// A folder that goes away with the test.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "catalog-\(GUID.random())"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func catalog(_ name: String = "catalog", clock: TestClock = TestClock()) async throws -> Catalog {
    try await Catalog.open(path: "\(path)/\(name).sqlite", clock: clock.closure)
  }
}

/// Readable identifiers: 1 -> 00000000-0000-4000-8000-000000000001.
func guid(_ number: Int) -> GUID { GUID(high: 0x4000, low: 0x8000_0000_0000_0000 | UInt64(number)) }

func digest(_ number: Int) -> FileDigest {
  FileDigest(bytes: (0..<20).map { UInt8(truncatingIfNeeded: number >> ($0 % 4 * 8)) })!
}

func identity(_ number: Int, _ revision: Int32 = 1) -> UpdateIdentity {
  UpdateIdentity(updateID: guid(number), revisionNumber: revision)
}

func file(_ number: Int, size: Int64 = 1000, express: Bool = false, hasSHA256: Bool = true) -> ContentFile {
  let sha256 = AdditionalDigest(algorithm: "SHA256", bytes: [UInt8](repeating: UInt8(number & 255), count: 32))
  return ContentFile(
    digest: digest(number), additionalDigests: hasSHA256 ? [sha256] : [], fileName: "file\(number).CAB", size: size,
    modified: Timestamp(year: 2020, month: 1, day: 1), patchingType: express ? .express : .selfContained)
}

/// A revision with a document of its own.
func revision(
  _ number: Int, _ revision: Int32 = 1, kind: UpdateKind = .software, title: String? = nil,
  categories: [Int] = [], _ change: (inout UpdateMetadata) -> Void = { _ in }
) -> StagedRevision {
  var metadata = UpdateMetadata(identity: identity(number, revision), kind: kind)
  metadata.defaultLanguage = "en"
  metadata.localized = [LocalizedProperties(language: "en", title: title ?? "Update \(number)")]
  metadata.isExplicitlyDeployable = true
  metadata.prerequisites = categories.map { PrerequisiteClause(updateIDs: [guid($0)], isCategory: true) }
  change(&metadata)
  let document = Array("<Update>\(number).\(revision)</Update>".utf8)
  let locations = metadata.files.map { FileLocation(digest: $0.digest, muURL: "http://mu.example/\($0.digest.hex)") }
  return StagedRevision(metadata: metadata, document: document, locations: locations)
}

extension Catalog {
  /// Stages and publishes without a listing.
  @discardableResult
  func add(_ kind: ListingKind = .updates, _ revisions: [StagedRevision]) async throws -> PublishSummary {
    try await stage(kind, revisions)
    return try await publish(kind)
  }

  func list(
    after anchor: SyncAnchor? = nil, configuration: Bool = false, version: ProtocolVersion = .announced
  ) async throws -> [UpdateIdentity] {
    let filter = RevisionFilter(anchor: anchor, isConfiguration: configuration)
    return try await revisionIDList(filter, dssVersion: version).identities
  }

  func syncAnchor() async throws -> SyncAnchor { SyncAnchor(try await mark().description) }

  func becomeReplica() async throws {
    var settings = try await settings()
    settings.replicationMode = .replica
    try await save(settings)
  }
}

let allComputers = TargetGroup.allComputers.targetGroupID
