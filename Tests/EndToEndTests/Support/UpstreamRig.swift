import Catalog
import ContentStore
import Foundation
import Generator
import Logging
import Platform
import Sealing
import ServiceLifecycle
import TestSupport
import Testing
import UpdateModel
import UpdateServer

/// A USS in this process: a generated catalogue with its content, served at a port of its own.
struct UpstreamRig: Sendable {
  let folder: TemporaryDirectory
  let generator: CatalogueGenerator
  let catalog: Catalog
  let store: ContentStore
  let port: Int

  static let shape: CatalogueShape = {
    var shape = CatalogueShape(revisions: 300, seed: 7, contentSize: 1 << 20, languages: ["en", "de"])
    shape.medianDocument = 2_000
    shape.approvals = 40
    return shape
  }()

  /// Runs `body` against a fresh server, then stops it gracefully.
  static func run(_ shape: CatalogueShape = shape, _ body: @Sendable (UpstreamRig) async throws -> Void) async throws {
    let folder = try TemporaryDirectory()
    let catalog = try await Catalog.open(path: folder.path("catalog.sqlite"), clock: SystemClock.now)
    let store = try ContentStore(state: folder.path)
    let generator = CatalogueGenerator(shape)
    try await generator.populate(catalog, store: store)
    try await serving(catalog, store) { port in
      try await body(
        UpstreamRig(folder: folder, generator: generator, catalog: catalog, store: store, port: port))
    }
    #expect(try await store.verifyAll(declared: { try await catalog.files([$0]).first?.file }).bad == [])
  }

  private static func serving(
    _ catalog: Catalog, _ store: ContentStore, _ body: @Sendable (Int) async throws -> Void
  ) async throws {
    let logger = Logger(label: "tests", factory: { _ in SwiftLogNoOpLogHandler() })
    let bound = Watched<Int?>(nil)
    let server = UpdateServer(
      catalog: catalog, store: store, keys: try SealingKeyRing.generate(),
      configuration: UpdateServerConfiguration(host: "127.0.0.1", port: 0), clock: SystemClock.now, logger: logger,
      onBound: { port in bound.update { $0 = port } })
    let group = ServiceGroup(configuration: .init(services: [server], logger: logger))
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask { try await group.run() }
      let port = await bound.value { $0 != nil } ?? 0
      do { try await body(port) } catch {
        await group.triggerGracefulShutdown()
        throw error
      }
      await group.triggerGracefulShutdown()
      try await tasks.waitForAll()
    }
  }

  /// A month later: new updates, new revisions, expiries, declines; a group and approvals come and go.
  func grow(month: Int = 1, revisions: Int = 60) async throws {
    try await generator.growth(month: month, revisions: revisions).populate(catalog, store: store)
    let group = try await catalog.createGroup(name: "Month \(month)", parent: TargetGroup.allComputers.targetGroupID)
    let leaf = try await catalog.groups().first { $0.name == "North" }
    if let leaf { try await catalog.deleteGroup(leaf.targetGroupID) }
    let candidates = try await approvable()
    for update in candidates.prefix(12) {
      try await catalog.approve(
        ApprovalRequest(updateID: update, targetGroupID: group.targetGroupID, adminName: "month \(month)"))
    }
    if let hidden = try await hiddenUpdates().first { try await catalog.undecline(hidden) }
  }

  /// Updates that an administrator may approve, the newest first.
  func approvable() async throws -> [GUID] {
    var query = UpdateQuery()
    query.approval = .notDeclined
    query.limit = 200
    return try await catalog.updates(query).map(\.identity.updateID)
  }

  func hiddenUpdates() async throws -> [GUID] {
    var query = UpdateQuery()
    query.approval = .declined
    query.limit = 200
    return try await catalog.updates(query).map(\.identity.updateID)
  }
}
