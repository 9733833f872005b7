import Catalog
import UpdateModel
import WireFormat

extension ServerSyncService {
  /// MS-WSUSSS 3.1.4.10. Any DSS is served: no operation says which is a replica (AMB-28).
  @Sendable func deployments(
    _ request: GetDeployments.Request, _ caller: Caller
  ) async throws -> GetDeployments.Response {
    guard let upTo = request.syncAnchor else { throw Refusal.invalidParameters("syncAnchor") }
    try AnchorRules.checkForm(upTo.text, parameter: "syncAnchor")
    try AnchorRules.checkForm(request.deploymentAnchor?.text, parameter: "deploymentAnchor")
    return try await catalog.deployments(since: request.deploymentAnchor, upTo: upTo)
  }

  /// MS-WSUSSS 3.1.4.11. The known files are wanted from now on; the mirror fetches them, nobody
  /// waits here (SSS-241). Unknown digests are told afterwards (AMB-15). A catalogue-only server has
  /// no content of its own to fetch for: its DSSs use the Internet location.
  @Sendable func downloadFiles(_ request: DownloadFiles.Request) async throws -> DownloadFiles.Response {
    _ = try await caller(request.cookie)
    guard let digests = request.digests, digests.count <= limits.downloadDigests else {
      throw Refusal.invalidParameters("fileDigestList")
    }
    let unknown =
      try await catalog.settings().isCatalogOnly
      ? try await catalog.unpublishedFiles(among: digests) : try await catalog.requestFiles(digests)
    guard unknown.isEmpty else { throw Refusal.fileDigestsMissing(unknown) }
    return DownloadFiles.Response()
  }
}
