import UpdateModel
import WireFormat

extension UpdateClient {
  /// Asks a server for its numbers of what is cached. What it does not answer is dropped; scanning brings it again
  /// (MS-WUSP 3.2.5.8).
  func refreshCache() async throws {
    var kept: [Int32: CachedRevision] = [:]
    var rest = Dictionary(state.cache.revisions.map { ($0.identity, $0) }, uniquingKeysWith: { first, _ in first })
    var waiting = rest.keys.sorted()[...]
    while !waiting.isEmpty {
      let batch = Array(waiting.prefix(configuration.limits.refreshed))
      waiting = waiting.dropFirst(batch.count)
      let answer = try await accepted(RefreshCache.self, .init(cookie: state.cookie?.cookie, globalIDs: batch))
      for result in answer.results {
        // Whatever else is in it was not asked for.
        guard let deployment = result.deployment, kept[result.revisionID] == nil,
          var revision = rest.removeValue(forKey: result.globalID)
        else { continue }
        revision.revisionID = result.revisionID
        revision.isLeaf = result.isLeaf
        revision.deployment = CachedDeployment(deployment)
        kept[result.revisionID] = revision
      }
    }
    state.cache.replace(by: Array(kept.values))
    state.unreadable = []
    state.mustRefresh = false
    ownApplicability = [:]
    evaluate()
  }
}
