import Catalog
import TestSupport
import UpdateModel

/// Changes a USS at random: the same seed, the same changes.
struct RandomAdministrator {
  private let catalog: Catalog
  private let clock: TestClock
  private var random: SeededGenerator
  private var revisions: [Int: Int32] = [:]
  /// What was done, for the report of a failure.
  private(set) var deeds: [String] = []

  init(_ rig: ServerRig, seed: UInt64) {
    catalog = rig.catalog
    clock = rig.clock
    random = SeededGenerator(seed: seed &* 31)
  }

  private static let products = [901, 902]
  private static let classifications = [911, 912]

  /// One change, or nothing where there is nothing to change.
  mutating func act() async throws {
    clock.advance(seconds: Double(number(1...30)))
    let deed = number(0...19)
    switch deed {
    case 0...4: try await publish()
    case 5: try await publishCategory()
    case 6...9: try await approve()
    case 10, 11: try await removeDeployment()
    case 12, 13: try await decline()
    case 14: try await undecline()
    case 15, 16: try await createGroup()
    case 17: try await deleteGroup()
    case 18: try await acceptEULA()
    default:
      // Cookies expire: the replicas have to authorize again.
      clock.advance(seconds: 5 * 3_600)
    }
    deeds.append("\(deed)")
  }

  private mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

  /// A few updates or new revisions, some bundling others or older revisions of others.
  private mutating func publish() async throws {
    var staged: [StagedRevision] = []
    for _ in 0..<number(1...4) {
      let update = number(1...40)
      let revision = (revisions[update] ?? 0) + Int32(number(1...2))
      revisions[update] = revision
      let members = revisions.keys.sorted().filter { $0 > update }.prefix(number(0...2)).map { member in
        UpdateIdentity(updateID: Fixtures.guid(member), revisionNumber: revisions[member] ?? 1)
      }
      let eula = number(0...4) == 0 ? Fixtures.guid(5_000 + update) : nil
      let metadata = Fixtures.metadata(
        update, revision: revision, kind: number(0...6) == 0 ? .driver : .software,
        files: members.isEmpty ? [Fixtures.file(update * 100 + Int(revision))] : [],
        categories: [Fixtures.guid(Self.products[number(0...1)]), Fixtures.guid(Self.classifications[number(0...1)])]
      ) { metadata in
        metadata.eulaID = eula
        metadata.bundledUpdates = members.map { BundleClause(identities: [$0]) }
      }
      staged.append(Fixtures.staged(metadata, muURL: number(0...1) == 0 ? "http://mu.example/\(update)" : nil))
    }
    // The same update twice in one publication: the later revision counts.
    var latest: [UpdateIdentity: StagedRevision] = [:]
    for revision in staged { latest[revision.metadata.identity] = revision }
    try await catalog.publishNow(Array(latest.values))
  }

  private mutating func publishCategory() async throws {
    let category = (Self.products + Self.classifications)[number(0...3)]
    let revision = (revisions[category] ?? 0) + 1
    revisions[category] = revision
    let kind: UpdateKind = Self.products.contains(category) ? .category(.product) : .category(.updateClassification)
    try await catalog.publishNow(Fixtures.metadata(category, revision: revision, kind: kind), kind: .configuration)
  }

  private mutating func anyUpdate() -> GUID? {
    revisions.keys.filter { $0 <= 40 }.sorted().randomElement(using: &random).map { Fixtures.guid($0) }
  }

  private mutating func anyGroup(custom: Bool) async throws -> TargetGroup? {
    let groups = try await catalog.groups().filter { !custom || !$0.isBuiltin }
    return groups.sorted { $0.name < $1.name }.randomElement(using: &random)
  }

  /// Also changes an approval in place, when there is one for the update and the group.
  private mutating func approve() async throws {
    guard let update = anyUpdate(), let group = try await anyGroup(custom: false) else { return }
    let actions: [DeploymentAction] = [.install, .uninstall, .scan, .block]
    try await catalog.approve(
      ApprovalRequest(
        updateID: update, targetGroupID: group.targetGroupID, action: actions[number(0...3)],
        adminName: "admin \(number(1...3))",
        deadline: number(0...2) == 0 ? clock.now.adding(seconds: Double(number(1...9)) * 86_400) : .endOfTime,
        downloadPriority: UInt8(number(1...3))))
  }

  private mutating func removeDeployment() async throws {
    let mark = SyncAnchor(try await catalog.mark().description)
    let live = try await catalog.deployments(since: nil, upTo: mark).deployments
      .map { ($0.identity.updateID.low, $0.targetGroupID.low, $0.deploymentID) }.sorted { ($0.0, $0.1) < ($1.0, $1.1) }
    guard let chosen = live.randomElement(using: &random) else { return }
    try await catalog.removeDeployment(chosen.2)
  }

  private mutating func decline() async throws {
    if let update = anyUpdate() { try await catalog.decline(update) }
  }

  private mutating func undecline() async throws {
    if let update = anyUpdate() { try await catalog.undecline(update) }
  }

  private mutating func createGroup() async throws {
    guard let parent = try await anyGroup(custom: false) else { return }
    let name = "Group \(number(1...1_000_000))"
    guard parent.targetGroupID != TargetGroup.unassignedComputers.targetGroupID,
      try await !catalog.groups().contains(where: { $0.name == name })
    else { return }
    _ = try await catalog.createGroup(name: name, parent: parent.targetGroupID)
  }

  private mutating func deleteGroup() async throws {
    guard let group = try await anyGroup(custom: true) else { return }
    do { try await catalog.deleteGroup(group.targetGroupID) } catch CatalogError.groupHasChildren { return }
  }

  private mutating func acceptEULA() async throws {
    if let update = anyUpdate() { try await catalog.acceptEULA(GUID(high: update.high, low: 5_000 + update.low)) }
  }
}
