import UpdateModel
import WireFormat

/// The loop of SyncUpdates (MS-WUSP 3.2.5.7, guide 9.2).
extension UpdateClient {
  /// Software rounds until nothing more can come, then one pass for drivers. What is cached is not sent again: the
  /// first scan is a full one, the next a differential one.
  public func scan() async throws -> ScanReport {
    ownApplicability = [:]
    unansweredRules = []
    var report = ScanReport()
    try await prepare()
    evaluate()
    let needsDrivers = try await softwareRounds(&report)
    if needsDrivers, host.facts.devices != nil { try await driverPass(&report) }
    report.unansweredRules = unansweredRules.sorted()
    report.updates = deployedUpdates()
    return report
  }

  /// - Returns: whether drivers may be deployed.
  private func softwareRounds(_ report: inout ScanReport) async throws -> Bool {
    for round in 1...configuration.limits.rounds {
      let sent = installedNonLeaf()
      let answer = try await call(SyncUpdates.self) { state in
        SyncUpdates.Request(cookie: state.cookie?.cookie, parameters: softwareParameters())
      }
      report.rounds = round
      let added = try take(answer, &report)
      evaluate()
      if answer.isTruncated, added.isEmpty { throw UpdateClientError.noProgress(round: round) }
      let mayUnlock = added.contains { !$0.isLeaf } || installedNonLeaf() != sent
      if !answer.isTruncated && !mayUnlock { return answer.isDriverSyncNotNeeded != true }
    }
    throw UpdateClientError.tooManyRounds(limit: configuration.limits.rounds)
  }

  private func driverPass(_ report: inout ScanReport) async throws {
    report.hasDriverPass = true
    let answer = try await call(SyncUpdates.self) { state in
      SyncUpdates.Request(cookie: state.cookie?.cookie, parameters: driverParameters())
    }
    _ = try take(answer, &report)
    evaluate()
  }

  // MARK: - Requests

  private func softwareParameters() -> SyncUpdates.Parameters {
    var parameters = SyncUpdates.Parameters()
    parameters.installedNonLeafUpdateIDs = installedNonLeaf()
    let installed = Set(parameters.installedNonLeafUpdateIDs)
    let others = state.cache.revisions.filter { $0.kind != .driver && !installed.contains($0.revisionID) }
    parameters.otherCachedUpdateIDs = (others.map(\.revisionID) + state.unreadable).sorted()
    return parameters
  }

  private func driverParameters() -> SyncUpdates.Parameters {
    var parameters = SyncUpdates.Parameters()
    parameters.skipsSoftwareSync = true
    parameters.installedNonLeafUpdateIDs = installedNonLeaf()
    parameters.cachedDriverIDs = state.cache.revisions.filter { $0.kind == .driver }.map(\.revisionID)
    parameters.systemSpec = host.facts.devices?.map {
      SyncUpdates.Device(hardwareIDs: $0.hardwareIDs, compatibleIDs: $0.compatibleIDs ?? [])
    }
    return parameters
  }

  /// As many as servers take (observed-behaviour.md 6.3).
  private func installedNonLeaf() -> [Int32] {
    let installed = state.cache.revisions.filter {
      !$0.isLeaf && $0.kind != .driver && applicability[$0.revisionID] == .installed
    }
    return Array(installed.map(\.revisionID).prefix(configuration.limits.installedNonLeaf))
  }

  // MARK: - Answers

  /// Takes over what an answer says of the cache.
  ///
  /// - Returns: the revisions that were not here before.
  private func take(_ answer: SyncInfo, _ report: inout ScanReport) throws -> [CachedRevision] {
    if let cookie = answer.newCookie { state.cookie = CachedCookie(cookie) }
    let gone = Set(answer.outOfScopeRevisionIDs).union(answer.deployedOutOfScopeRevisionIDs ?? [])
    report.removedRevisions += state.cache.remove(gone)
    state.unreadable.subtract(gone)
    for update in answer.changedUpdates where change(update) { report.changedRevisions += 1 }
    let added = try answer.newUpdates.compactMap { try read($0, &report) }
      .filter { state.cache[$0.revisionID] == nil }
    report.newRevisions += state.cache.insert(added)
    guard state.cache.count + state.unreadable.count <= configuration.limits.revisions else {
      throw UpdateClientError.tooManyRevisions(limit: configuration.limits.revisions)
    }
    return added
  }

  private func change(_ update: UpdateInfo) -> Bool {
    state.cache.update(update.id) { revision in
      revision.isLeaf = update.isLeaf
      if let deployment = update.deployment { revision.deployment = CachedDeployment(deployment) }
    }
  }

  /// nil for a revision whose Core fragment cannot be read: the scan goes on without it.
  ///
  /// - Throws: without number, deployment or fragment, without which no agent goes on (observed-behaviour.md 10).
  private func read(_ update: UpdateInfo, _ report: inout ScanReport) throws -> CachedRevision? {
    guard update.id > 0, let deployment = update.deployment, let xml = update.xml else {
      throw UpdateClientError.unusableAnswer(
        operation: SyncUpdates.operationName, expected: "ID, Deployment and Xml in NewUpdates",
        found: "revision \(update.id) without one of them")
    }
    do {
      return CachedRevision(update, deployment, try CoreFragment.parse(xml))
    } catch {
      report.unreadable[update.id] = "\(error)"
      state.unreadable.insert(update.id)
      return nil
    }
  }

  private func deployedUpdates() -> [ScannedUpdate] {
    state.cache.revisions.compactMap { revision in
      switch revision.deployment.action {
      case .evaluate, .bundle, .block: return nil
      case .install, .optionalInstall, .uninstall, .preDeploymentCheck:
        return ScannedUpdate(
          identity: revision.identity, deployment: revision.deployment,
          applicability: applicability[revision.revisionID] ?? .notEvaluated)
      }
    }
  }
}
