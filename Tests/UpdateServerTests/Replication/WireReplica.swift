import Catalog
import TestSupport
import UpdateModel
import WireFormat

@testable import UpdateServer

/// A replica DSS over real sockets, reduced to what the specification asks of one (guide section 8).
///
/// It stops before every request, and may be killed there; a listing that was begun is continued.
final class WireReplica: Sendable {
  /// A run that ended in the middle, as by SIGKILL.
  struct Killed: Error {}

  let catalog: Catalog
  private let rig: ServerRig
  private let guid: GUID
  private let cookie = Watched<Cookie?>(nil)
  static let batch = 5
  static let restarts = 3

  init(_ rig: ServerRig, _ guid: GUID) async throws {
    self.rig = rig
    self.guid = guid
    catalog = try await Catalog.open(path: rig.directory.path("replica-\(guid).sqlite"), clock: rig.clock.clock)
    var settings = try await catalog.settings()
    settings.replicationMode = .replica
    try await catalog.save(settings)
  }

  /// One run.
  ///
  /// - Parameter step: called before every request; throws to kill the run.
  func sync(_ step: () async throws -> Void) async throws {
    for _ in 0...Self.restarts {
      do { return try await run(step) } catch let fault as SOAPFault
        where fault.code == .invalidCookie || fault.code == .invalidAuthorizationCookie
      {
        // Expired: the protocol starts again at authorization (SSS-043).
        cookie.update { $0 = nil }
      }
    }
    // Enough restarts for one run (AMB-13); the next one goes on.
    throw Killed()
  }

  private func run(_ step: () async throws -> Void) async throws {
    if cookie.value == nil {
      try await step()
      let new = try await rig.cookie(guid: guid)
      cookie.update { $0 = new }
    }
    try await step()
    let anchor = try await catalog.upstream().configAnchor
    try await catalog.save(try await rig.call(GetConfigData.self, .init(cookie: cookie.value, anchor: anchor)))
    try await list(.configuration, step)
    try await list(.updates, step)
    try await takeDeployments(step)
    try await fetch(.updates, try await catalog.missingReferences(limit: 10_000).identities, step)
    _ = try await catalog.publish(.updates)
  }

  private func list(_ kind: ListingKind, _ step: () async throws -> Void) async throws {
    if try await catalog.pendingListing(kind) == nil {
      try await step()
      let state = try await catalog.upstream()
      let filter = RevisionFilter(
        anchor: kind == .configuration ? state.categoryAnchor : state.updateAnchor,
        isConfiguration: kind == .configuration)
      let list = try await rig.call(GetRevisionIdList.self, .init(cookie: cookie.value, filter: filter))
      _ = try await catalog.beginListing(kind, anchor: list.anchor, identities: list.identities)
    }
    let pending = try await catalog.pendingIdentities(kind, after: 0, limit: 10_000).map(\.identity)
    try await fetch(kind, pending, step)
    _ = try await catalog.publish(kind)
  }

  private func fetch(
    _ kind: ListingKind, _ identities: [UpdateIdentity], _ step: () async throws -> Void
  ) async throws {
    for start in stride(from: 0, to: identities.count, by: Self.batch) {
      try await step()
      let group = Array(identities[start..<min(start + Self.batch, identities.count)])
      let data = try await rig.call(GetUpdateData.self, .init(cookie: cookie.value, identities: group))
      let staged = try data.updates.map { update in
        guard case .plain(let document) = update.blob else { throw Killed() }
        let digests = Set(update.fileDigests)
        return StagedRevision(
          metadata: try UpdateMetadataParser.parse(document), document: document,
          locations: data.locations.filter { digests.contains($0.digest) })
      }
      _ = try await catalog.stage(kind, staged)
      // A revision that the USS does not deliver is recorded, so that the listing ends (AMB-17).
      try await catalog.markUnavailable(group.filter { wanted in !staged.contains { $0.metadata.identity == wanted } })
    }
  }

  private func takeDeployments(_ step: () async throws -> Void) async throws {
    try await step()
    let state = try await catalog.upstream()
    let answer = try await rig.call(
      GetDeployments.self,
      .init(cookie: cookie.value, deploymentAnchor: state.deploymentAnchor, syncAnchor: state.updateAnchor))
    _ = try await catalog.apply(answer, wasFull: state.deploymentAnchor == nil)
  }
}
