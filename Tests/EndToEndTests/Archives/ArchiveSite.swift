import Catalog
import ContentStore
import Foundation
import Generator
import Platform
import TestSupport
import Testing
import UpdateModel

/// A state directory that writes or reads archives, worked on by the real program.
struct ArchiveSite: Sendable {
  /// The catalogue of ``UpstreamRig`` with content for several volumes.
  static let shape: CatalogueShape = {
    var shape = UpstreamRig.shape
    shape.contentSize = 6 << 20
    return shape
  }()

  let folder: TemporaryDirectory
  let state: String

  /// A site made by `updatemirror init`, with a signing key of its name.
  init(_ name: String, mode: String = "autonomous") async throws {
    folder = try TemporaryDirectory()
    state = folder.path(name)
    try await expect(
      0, "init", "--name", "\(name).example.org", "--mode", mode, "--set", "content.min-free=0")
    try await expect(0, "keys", "create", name)
  }

  private init(folder: TemporaryDirectory, state: String) {
    self.folder = folder
    self.state = state
  }

  /// The same site once more, byte by byte.
  ///
  /// - Parameter place: a folder for its state directory; nil: one of its own.
  func copy(to place: String? = nil) throws -> ArchiveSite {
    let folder = try TemporaryDirectory()
    let name = (state as NSString).lastPathComponent
    let copy = ArchiveSite(folder: folder, state: (place ?? folder.path) + "/" + name)
    try FileManager.default.copyItem(atPath: state, toPath: copy.state)
    return copy
  }

  /// - Parameter shell: words for `sh -c` that run before the program.
  func start(_ arguments: [String], shell: String? = nil) throws -> ProgramRun {
    try ProgramRun(arguments + ["--state", state], shell: shell)
  }

  @discardableResult
  func expect(
    _ status: Int32, _ arguments: String..., place: SourceLocation = #_sourceLocation
  ) async throws -> ProgramRun.Outcome {
    let outcome = try await start(arguments).ended()
    #expect(outcome.status == status, "\(arguments.joined(separator: " ")): \(outcome.words)", sourceLocation: place)
    return outcome
  }

  func json(_ status: Int32, _ arguments: String..., place: SourceLocation = #_sourceLocation) async throws
    -> [String: Any]
  {
    let outcome = try await start(arguments + ["--json"]).ended()
    #expect(outcome.status == status, "\(arguments.joined(separator: " ")): \(outcome.words)", sourceLocation: place)
    return try outcome.json
  }

  /// Trusts the key of another site, as its operator would.
  func trust(_ other: ArchiveSite, for scope: String = "archives") async throws {
    let name = (other.state as NSString).lastPathComponent
    let certificate = try await other.expect(0, "keys", "certificate", name).output
    let file = try folder.write(Array(certificate.utf8), to: "\(name).pem")
    try await expect(0, "keys", "trust", file, "--for", scope, "--yes")
  }

  /// Works on the catalogue in this process.
  @discardableResult
  func withCatalog<T>(_ body: (Catalog, ContentStore) async throws -> T) async throws -> T {
    let catalog = try await Catalog.open(path: catalogFile, clock: SystemClock.now)
    let result = try await body(catalog, try ContentStore(state: state, minimumFree: 0))
    try catalog.close()
    return result
  }

  /// Fills the catalogue, with content.
  func fill(_ shape: CatalogueShape = Self.shape) async throws {
    try await withCatalog { catalog, store in try await CatalogueGenerator(shape).populate(catalog, store: store) }
  }

  /// A month later: new updates, declines, a group and approvals come and go.
  func grow(_ shape: CatalogueShape = Self.shape, month: Int, revisions: Int = 40) async throws {
    try await withCatalog { catalog, store in
      try await CatalogueGenerator(shape).growth(month: month, revisions: revisions).populate(catalog, store: store)
      let group = try await catalog.createGroup(
        name: "Month \(month)", parent: TargetGroup.allComputers.targetGroupID)
      let groups = try await catalog.groups().filter { !$0.isBuiltin && $0.name != group.name }
      let parents = Set(groups.map(\.parentGroupID))
      if let gone = groups.first(where: { !parents.contains($0.targetGroupID) }) {
        try await catalog.deleteGroup(gone.targetGroupID)
      }
      var query = UpdateQuery()
      query.approval = .notDeclined
      query.limit = 40
      let updates = try await catalog.updates(query).map(\.identity.updateID)
      for update in updates.prefix(6) {
        try await catalog.approve(
          ApprovalRequest(updateID: update, targetGroupID: group.targetGroupID, adminName: "month \(month)"))
      }
      for update in updates.suffix(2) { try await catalog.decline(update) }
      try await Self.reconsider(catalog, month)
    }
  }

  /// Changes of what was decided before: an approval goes, another one gets other terms, a declined update returns.
  private static func reconsider(_ catalog: Catalog, _ month: Int) async throws {
    let mark = try await catalog.mark()
    let state = try await catalog.deployments(since: nil, upTo: SyncAnchor("\(mark)"))
    if let gone = state.deployments.first { try await catalog.removeDeployment(gone.deploymentID) }
    if let other = state.deployments.dropFirst().first {
      try await catalog.approve(
        ApprovalRequest(
          updateID: other.identity.updateID, targetGroupID: other.targetGroupID, adminName: "Grace <h&r>",
          deadline: Timestamp(year: 2027, month: 2, day: 1 + month),
          goLiveTime: Timestamp(year: 2026, month: 12, day: month), isAssigned: false, downloadPriority: 3))
    }
    if let hidden = state.hiddenUpdates.first { try await catalog.undecline(hidden) }
  }

  /// Runs `updatemirror serve` on it until the body has ended.
  func serving(_ body: @Sendable (Int) async throws -> Void) async throws {
    try await start(["serve", "--host", "127.0.0.1", "--port", "0", "--no-schedule"]).whileServing(body)
  }

  var catalogFile: String { state + "/catalog.sqlite" }

  /// Names of all content files, as `XX/name`.
  func contentNames() throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: state + "/content").filter { $0.count > 2 }.sorted()
  }

  /// Actions of the audit log, in order.
  func auditActions() throws -> [String] {
    try String(contentsOfFile: state + "/audit.log", encoding: .utf8).split(separator: "\n").compactMap { line in
      try (JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])?["action"] as? String
    }
  }

  /// Reads every stored file and compares length and all declared digests.
  func expectSoundContent(_ place: SourceLocation = #_sourceLocation) async throws {
    try await withCatalog { catalog, store in
      let report = try await store.verifyAll(declared: { try await catalog.files([$0]).first?.file })
      #expect(report.bad == [] && report.foreignCount == 0, sourceLocation: place)
      #expect(try await catalog.quickCheck() == nil, sourceLocation: place)
    }
  }
}

/// The bytes of every file of an archive.
struct ArchiveBytes: Equatable {
  let files: [String: Data]

  init(_ folder: String) throws {
    var files: [String: Data] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
      if let bytes = FileManager.default.contents(atPath: "\(folder)/\(name)") { files[name] = bytes }
    }
    self.files = files
  }

  /// Without the signature, which is random.
  var unsigned: [String: Data] { files.filter { $0.key != "manifest.sig" } }
}
