import Catalog
import UpdateModel

extension Site {
  /// A site whose approvals, groups and rules this run may change.
  ///
  /// - Throws: ``CatalogError/replica(operation:)`` at a replica, before anything is previewed (SSS-378).
  static func openForDecisions(_ common: CommonOptions, _ operation: String) async throws -> Site {
    let site = try await open(common)
    // The configuration decides on the role; the catalogue may not have heard of it yet.
    try await site.saveSettings()
    guard !site.isReplica else { throw CatalogError.replica(operation: operation) }
    return site
  }
}
