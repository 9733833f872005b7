internal import UpdateModel

/// What the deployment table says to a set of chains of groups at one moment.
struct DeployedRows {
  /// The revisions that are explicitly deployed: positions in the catalogue, ascending.
  private(set) var revisions: [Int32] = []
  /// What each of ``revisions`` gets.
  private(set) var offers: [GroupOffer.ExplicitOffer] = []
  /// By update: the last change of a row, live or dead, to one of the groups.
  private(set) var changes: [Int64]
  /// By update.
  private(set) var isHidden: BitSet
  private(set) var nextGoLive = Timestamp.endOfTime
  private(set) var lastGoLive = Timestamp(ticks: 0)

  private struct Candidate {
    var revision: Int32
    var candidate: ConflictRule.Candidate
  }

  init(_ inputs: OfferInputs, _ chains: GroupChains, at now: Timestamp) {
    let catalogue = inputs.catalogue
    let hidden = inputs.hidden.lazy.filter(\.value.isHidden).compactMap { catalogue.update(withKey: $0.key) }
    isHidden = BitSet(hidden, size: catalogue.updateKeys.count)
    changes = [Int64](repeating: 0, count: catalogue.updateKeys.count)

    var numbers: [GUID: Int] = [:]
    for group in chains.chains.joined() where numbers[group] == nil { numbers[group] = numbers.count }
    var candidates: [Candidate] = []
    for row in inputs.deployments {
      guard let group = numbers[row.group], let update = catalogue.update(withKey: row.updateKey) else { continue }
      changes[update] = max(changes[update], row.sequence)
      if let revision = admit(row, update, catalogue, at: now) {
        candidates.append(Candidate(revision: revision, candidate: .init(group: group, deployment: row)))
      }
    }
    candidates.sort { $0.revision < $1.revision }
    let rule = ConflictRule(chains: chains.chains.map { $0.compactMap { numbers[$0] } })
    decide(candidates, rule, inputs)
  }

  /// The revision that a row deploys now.
  private mutating func admit(
    _ row: ExplicitDeployment, _ update: Int, _ catalogue: OfferCatalogue, at now: Timestamp
  ) -> Int32? {
    guard !row.isDead, !isHidden[update], ConflictRule.precedence(row.action) != nil,
      let revision = catalogue.revision(of: update, number: row.revisionNumber)
    else { return nil }
    guard row.goLiveTime <= now else {
      nextGoLive = min(nextGoLive, row.goLiveTime)
      return nil
    }
    lastGoLive = max(lastGoLive, row.goLiveTime)
    return Int32(revision)
  }

  private mutating func decide(_ candidates: [Candidate], _ rule: ConflictRule, _ inputs: OfferInputs) {
    var start = 0
    while start < candidates.count {
      let revision = candidates[start].revision
      var end = start
      while end < candidates.count, candidates[end].revision == revision { end += 1 }
      let own = candidates[start..<end].map(\.candidate)
      start = end
      guard var deployment = rule.decide(own[...]) else { continue }
      let revisionID = inputs.catalogue.revisionIDs[Int(revision)]
      if deployment.action == .install,
        inputs.incomplete.contains(revisionID) || inputs.unacceptedEULA.contains(revisionID)
      {
        deployment.action = .preDeploymentCheck
        deployment.deadline = nil
      }
      revisions.append(revision)
      let lastGoLive = own.map(\.deployment.goLiveTime).max() ?? self.lastGoLive
      offers.append(GroupOffer.ExplicitOffer(deployment: deployment, lastGoLive: lastGoLive))
    }
  }
}
