import Catalog
import ContentStore
import Platform
import Sealing
import TestSupport
import UpdateModel

@testable import Export

/// An empty site that imports archives.
struct ImportingSite {
  static let serverID = GUID(high: 0x2222_2222_3333_4444, low: 0x8555_6666_7777_9999)

  let folder: TemporaryDirectory
  let catalog: Catalog
  let store: ContentStore
  let clock: TestClock
  var medium = MediumReads()

  var state: String { folder.path("state") }

  init(isReplica: Bool = true, trusting certificates: [Certificate] = [], minimumFree: Int64 = 0) async throws {
    folder = try TemporaryDirectory()
    clock = TestClock(SourceSite.now.adding(seconds: 60))
    _ = try Folder.make(path: folder.path("state"))
    catalog = try await Catalog.open(path: folder.path("state/catalog.sqlite"), clock: clock.clock)
    store = try ContentStore(state: folder.path("state"), policy: .sha256Required, minimumFree: minimumFree)
    if isReplica { try await becomeReplica() }
    for (number, certificate) in certificates.enumerated() {
      try change { try $0.trust(certificate, as: "source\(number)", for: [.archives], at: SourceSite.now, by: "tests") }
    }
  }

  func becomeReplica() async throws {
    var settings = try await catalog.settings()
    settings.replicationMode = .replica
    try await catalog.save(settings)
  }

  func change(_ change: (inout TrustStore) throws -> Void) throws {
    var trust = try TrustStore.load(state: state)
    try change(&trust)
    try trust.save(state: state)
  }

  func importer() -> ArchiveImport {
    var importer = ArchiveImport(
      catalog: catalog, store: store, state: state, serverID: Self.serverID, clock: clock.clock)
    importer.medium = medium
    return importer
  }

  /// Everything that others can see of this site, and what waits.
  func seen() async throws -> Seen {
    Seen(
      answers: try await Answers(catalog), digests: try await store.allDigests().sorted(),
      trust: try TrustStore.load(state: state), mark: try await catalog.mark(),
      imports: try await catalog.importRecords(limit: 100))
  }

  struct Seen: Hashable {
    let answers: Answers
    let digests: [FileDigest]
    let trust: TrustStore
    let mark: ChangeMark
    let imports: [ImportRecord]
  }
}

/// Everything that a DSS is answered from no anchor, but for anchors and identities of servers.
struct Answers: Hashable {
  let configuration: [UpdateIdentity]
  let updates: [UpdateIdentity]
  let data: [StoredRevision]
  let keys: [RevisionKeys]
  let groups: [TargetGroup]
  let deployments: [Deployment]
  let hidden: [GUID]
  let eulas: [GUID]
  let limits: RequestLimits
  let languages: [LanguageSetting]

  init(_ catalog: Catalog) async throws {
    let categories = RevisionFilter(anchor: nil, isConfiguration: true)
    configuration = try await catalog.revisionIDList(categories, dssVersion: .announced).identities
    let software = RevisionFilter(anchor: nil, isConfiguration: false)
    updates = try await catalog.revisionIDList(software, dssVersion: .announced).identities
    data = try await catalog.updateData(configuration + updates)
    keys = try await catalog.decryptionData(configuration + updates)
    let mark = try await catalog.mark()
    let state = try await catalog.deployments(since: nil, upTo: SyncAnchor("\(mark)"))
    groups = state.groups
    deployments = state.deployments
    hidden = state.hiddenUpdates
    eulas = state.acceptedEULAs
    let settings = try await catalog.serverConfiguration(since: nil)
    limits = settings.limits
    languages = settings.languages
  }
}

extension ImportResult {
  var applied: AppliedImport? {
    guard case .applied(let applied) = self else { return nil }
    return applied
  }

  var waiting: [Int]? {
    guard case .waiting(let volumes) = self else { return nil }
    return volumes
  }
}
