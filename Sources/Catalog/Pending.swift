public import UpdateModel

extension Catalog {
  private func unwritten(_ name: String) -> CatalogError { .database(operation: name, text: "not written yet") }

  /// Stores revisions in one transaction, invisible to every reader until ``publish(_:)``.
  /// Revisions that are stored already are left as they are.
  ///
  /// - Returns: how many were new.
  @discardableResult
  public func stage(_ kind: ListingKind, _ revisions: [StagedRevision]) async throws -> Int { throw unwritten("stage") }
  /// What stored revisions and live deployments name and nobody has delivered. Unavailable identities are left out.
  public func missingReferences(limit: Int) async throws -> MissingReferences { throw unwritten("missing") }
  /// The one commit that makes the staged revisions of a kind visible and moves the kind's anchor.
  /// Works without a listing too (generated or imported revisions); the anchor then stays.
  @discardableResult
  public func publish(_ kind: ListingKind) async throws -> PublishSummary { throw unwritten("publish") }
  public func storeDecryptionKeys(_ keys: [RevisionKeys]) async throws { throw unwritten("keys") }
  /// Stored revisions that need keys and lack one for an encrypted file.
  public func revisionsWithoutKeys(limit: Int) async throws -> [UpdateIdentity] { throw unwritten("keys") }

  /// Applies a USS's whole answer to GetDeployments in one transaction (replica only).
  public func apply(_ state: DeploymentState, wasFull: Bool) async throws -> ApplySummary { throw unwritten("apply") }
  public func unresolvedDeployments() async throws -> [Deployment] { throw unwritten("unresolved") }

  public func recordHistory(_ record: SyncRecord, keepingDays: Int = 90) async throws { throw unwritten("history") }
  /// The newest first.
  public func history(limit: Int) async throws -> [SyncRecord] { throw unwritten("history") }

  public func revisionIDList(_ filter: RevisionFilter, dssVersion: ProtocolVersion) async throws -> RevisionIDList {
    throw unwritten("list")
  }
  public func updateData(_ identities: [UpdateIdentity]) async throws -> [StoredRevision] { throw unwritten("data") }
  public func decryptionData(_ identities: [UpdateIdentity]) async throws -> [RevisionKeys] { throw unwritten("keys") }
  /// The answer to GetDeployments for the window (deploymentAnchor, syncAnchor].
  public func deployments(since: DeploymentAnchor?, upTo: SyncAnchor) async throws -> DeploymentState {
    throw unwritten("deployments")
  }
  public func files(_ digests: [FileDigest]) async throws -> [FileRecord] { throw unwritten("files") }
  /// Records that a DSS asked for files.
  ///
  /// - Returns: the digests no published revision lists (FileDigestsMissing).
  public func requestFiles(_ digests: [FileDigest]) async throws -> [FileDigest] { throw unwritten("files") }
  public func registerDownstream(_ serverID: GUID, name: String, protocolVersion: ProtocolVersion?) async throws {
    throw unwritten("downstream")
  }
  public func downstreamServers() async throws -> [DownstreamServer] { throw unwritten("downstream") }

  public func createGroup(name: String, parent: GUID = TargetGroup.allComputers.targetGroupID) async throws
    -> TargetGroup
  {
    throw unwritten("group")
  }
  public func deleteGroup(_ id: GUID) async throws { throw unwritten("group") }
  public func approve(_ request: ApprovalRequest) async throws -> Deployment { throw unwritten("approve") }
  public func removeDeployment(_ id: GUID) async throws { throw unwritten("deployment") }
  public func decline(_ updateID: GUID) async throws { throw unwritten("decline") }
  public func undecline(_ updateID: GUID) async throws { throw unwritten("decline") }
  public func acceptEULA(_ id: GUID) async throws { throw unwritten("eula") }
  /// Forgets tombstones; anchors from before are refused from then on (SSS-388).
  public func purgeTombstones(before: Timestamp) async throws -> Int { throw unwritten("tombstones") }

  /// Absent files the policy asks for, in order of ``WantedFile/fileID``; files whose next try is later are left out.
  public func wantedFiles(_ policy: ContentPolicy, limit: Int, after: Int64 = 0) async throws -> [WantedFile] {
    throw unwritten("wanted")
  }
  /// Also takes digests that no revision lists yet: presence survives the loss of the database.
  public func markPresent(_ digests: [FileDigest]) async throws { throw unwritten("present") }
  public func markAbsent(_ digests: [FileDigest]) async throws { throw unwritten("absent") }
  public func recordFailure(_ digest: FileDigest, reason: String, nextTry: Timestamp?) async throws {
    throw unwritten("failure")
  }
  /// Files the policy asks for that are absent, with the reason and the updates that need them.
  public func missingFiles(_ policy: ContentPolicy, limit: Int, after: Int64 = 0) async throws -> [MissingFile] {
    throw unwritten("missing")
  }
  public func contentCounts() async throws -> ContentCounts { throw unwritten("counts") }
  /// Absent wanted files and their bytes, also those whose next try is later.
  public func wantedTotals(_ policy: ContentPolicy) async throws -> (files: Int, bytes: Int64) {
    throw unwritten("totals")
  }
  /// Digests of present files, in order; for garbage collection and verification. Start with nil.
  public func presentDigests(after: FileDigest?, limit: Int) async throws -> [FileDigest] { throw unwritten("present") }

  public func updates(_ query: UpdateQuery) async throws -> [UpdateRow] { throw unwritten("updates") }
  /// The latest revision of an update; nil when unknown.
  public func update(_ updateID: GUID) async throws -> UpdateDetails? { throw unwritten("update") }
  public func update(_ identity: UpdateIdentity) async throws -> UpdateDetails? { throw unwritten("update") }
  /// The published metadata document, byte for byte.
  public func document(_ identity: UpdateIdentity) async throws -> [UInt8]? { throw unwritten("document") }
  /// Categories and classifications with names.
  public func categories(language: String? = nil) async throws -> [CategoryRow] { throw unwritten("categories") }
  /// Names of categories (or classifications) nearest to `name` by edit distance, the nearest first.
  public func nearestCategoryNames(to name: String, classifications: Bool, limit: Int = 5) async throws -> [String] {
    throw unwritten("nearest")
  }
  public func groups() async throws -> [TargetGroup] { throw unwritten("groups") }
  public func counts() async throws -> CatalogCounts { throw unwritten("counts") }
  /// Adds published revisions to the text index, at most `limit`. Search finds the rest by reading them.
  ///
  /// - Returns: how many are still to do.
  @discardableResult
  public func indexText(limit: Int) async throws -> Int { throw unwritten("index") }
}
