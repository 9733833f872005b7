import Catalog
import Testing
import UpdateModel

/// A small deterministic generator: the same seed, the same run.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}

/// A root, two replicas of it and a replica of the first replica.
final class ReplicationChain {
  let folder: TemporaryFolder
  let clock = TestClock()
  let root: Catalog
  let replicas: [Catalog]
  var generator: SeededGenerator
  /// The root changes no more.
  var isQuiet = false
  private var revisions: [UpdateIdentity: StagedRevision] = [:]
  private var numbers: [Int: Int32] = [:]

  init(seed: UInt64) async throws {
    folder = try TemporaryFolder()
    generator = SeededGenerator(state: seed)
    root = try await folder.catalog("root", clock: clock)
    var replicas: [Catalog] = []
    for name in ["first", "second", "third"] {
      let replica = try await folder.catalog(name, clock: clock)
      try await replica.becomeReplica()
      replicas.append(replica)
    }
    self.replicas = replicas
  }

  func source(of index: Int) -> Catalog { index == 2 ? replicas[0] : root }

  func change() async throws {
    clock.advance(seconds: 1)
    let updates = numbers.keys.sorted()
    let deployments = try await root.deployments(since: nil, upTo: root.syncAnchor()).deployments
    let groups = try await root.groups().filter { !$0.isBuiltin }
    switch Int.random(in: 0..<10, using: &generator) {
    case 0, 1, 2: try await publish()
    case 3, 4, 5:
      guard let number = updates.randomElement(using: &generator) else { return }
      let group = (groups + [.allComputers]).randomElement(using: &generator)?.targetGroupID ?? allComputers
      let action = DeploymentAction(rawValue: Int32.random(in: 0...3, using: &generator))
      let request = ApprovalRequest(updateID: guid(number), targetGroupID: group, action: action)
      try await root.approve(request)
    case 6:
      guard let deployment = deployments.randomElement(using: &generator) else { return }
      try await root.removeDeployment(deployment.deploymentID)
    case 7: _ = try await root.createGroup(name: "Group \(generator.next())")
    case 8:
      guard let group = groups.randomElement(using: &generator) else { return }
      try await root.deleteGroup(group.targetGroupID)
    default:
      guard let number = updates.randomElement(using: &generator) else { return }
      if Bool.random(using: &generator) {
        try await root.decline(guid(number))
      } else {
        try await root.undecline(guid(number))
      }
      if number % 7 == 0 { try await root.acceptEULA(guid(5000 + number)) }
    }
  }

  private func publish() async throws {
    for _ in 0..<Int.random(in: 1...4, using: &generator) {
      let number = Int.random(in: 1...40, using: &generator)
      let next = (numbers[number] ?? 0) + 1
      numbers[number] = next
      let new = revision(number, next) {
        if number % 3 == 0 { $0.files = [file(number % 5), file(number)] }
      }
      revisions[new.metadata.identity] = new
      try await root.stage(.updates, [new])
    }
    try await root.publish(.updates)
  }

  /// The revisions with these identities.
  func staged(_ identities: [UpdateIdentity]) -> [StagedRevision] { identities.compactMap { revisions[$0] } }

  /// One run of a replica.
  func sync(_ index: Int) async throws {
    let (replica, source) = (replicas[index], source(of: index))
    let filter = RevisionFilter(anchor: try await replica.upstream().updateAnchor, isConfiguration: false)
    let list = try await source.revisionIDList(filter, dssVersion: .announced)
    _ = try await replica.beginListing(.updates, anchor: list.anchor, identities: list.identities)
    // The root may move on between the calls of a run.
    if !isQuiet, index != 2, Bool.random(using: &generator) { try await change() }
    try await fetch(
      try await replica.pendingIdentities(.updates, after: 0, limit: 1000).map(\.identity), replica, source)
    try await replica.publish(.updates)
    let since = try await replica.upstream().deploymentAnchor
    let state = try await source.deployments(since: since, upTo: list.anchor)
    try await replica.apply(state, wasFull: since == nil)
    try await fetch(try await replica.missingReferences(limit: 1000).identities, replica, source)
    try await replica.publish(.updates)
  }

  private func fetch(_ identities: [UpdateIdentity], _ replica: Catalog, _ source: Catalog) async throws {
    let stored = try await source.updateData(identities)
    try await replica.stage(.updates, stored.compactMap { revisions[$0.identity] })
  }
}

struct ReplicationPropertyTests {
  @Test(
    "SSS-206, SSS-373, SSS-379, SSS-380: replicas that apply at random moments, and a replica of a replica, end equal to the root",
    arguments: 1...12)
  func endsEqual(seed: UInt64) async throws {
    let chain = try await ReplicationChain(seed: seed)
    for _ in 0..<60 {
      try await chain.change()
      let index = Int.random(in: 0..<6, using: &chain.generator)
      if index < 3 { try await chain.sync(index) }
    }
    chain.isQuiet = true
    for index in 0..<3 { try await chain.sync(index) }
    let expected = try CatalogDump.lines(chain.root.path, CatalogDump.replicated)
    for replica in chain.replicas {
      #expect(try CatalogDump.lines(replica.path, CatalogDump.replicated) == expected)
    }
  }
}
