import Catalog
import Offering
import Testing
import UpdateModel

/// A client that takes every prerequisite for installed, and keeps what it was told.
struct ScanningClient {
  let groups: Set<GUID>
  private(set) var cached: [Int32: OfferedRevision] = [:]
  private var mark: OfferMark?

  init(groups: Set<GUID>) { self.groups = groups }

  /// Asks until an answer changes nothing: what is gone or is no leaf any more may decide what is offered next.
  mutating func scan(_ offer: GroupOffer) {
    for _ in 0..<100 {
      let answer = offer.sync(query())
      for revisionID in answer.outOfScope { cached[revisionID] = nil }
      for revision in answer.changed + answer.new { cached[revision.revisionID] = revision }
      mark = answer.mark ?? mark
      if answer.new.isEmpty, answer.changed.isEmpty, answer.outOfScope.isEmpty, !answer.isTruncated { return }
    }
    Issue.record("the scan does not end")
  }

  private func query() -> SyncQuery {
    SyncQuery(
      pass: .software, installedNonLeaf: cached.values.filter { !$0.isLeaf }.map(\.revisionID).sorted(),
      otherCached: cached.values.filter(\.isLeaf).map(\.revisionID).sorted(), since: mark,
      clientProtocol: ProtocolVersion(major: 2, minor: 4), limit: 7)
  }
}

/// An administrator and a content store that do something at random.
struct RandomSite {
  let catalog: Catalog
  let clock: TestClock
  var generator: SeededGenerator
  var groups: [GUID] = [allComputers]
  private var revisions: [Int: Int32] = [:]
  private let eulas = [guid(70), guid(71)]

  init(catalog: Catalog, clock: TestClock, seed: UInt64) {
    self.catalog = catalog
    self.clock = clock
    generator = SeededGenerator(state: seed)
  }

  private mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }

  mutating func step() async throws {
    clock.advance(seconds: 3_600)
    guard let update = revisions.keys.sorted().randomElement(using: &generator) else { return try await publish() }
    let group = groups.randomElement(using: &generator) ?? allComputers
    switch number(0...11) {
    case 0, 1: try await publish()
    case 2, 3, 4:
      let action: DeploymentAction = [.install, .install, .scan, .block].randomElement(using: &generator) ?? .install
      try await catalog.approve(ApprovalRequest(updateID: guid(update), targetGroupID: group, action: action))
    case 5: try await catalog.removeApprovals(of: [guid(update)])
    case 6: try await catalog.decline(guid(update))
    case 7: try await catalog.undecline(guid(update))
    case 8, 9: try await catalog.markPresent([digest(number(1...12))])
    case 10: try await catalog.markAbsent([digest(number(1...12))])
    default: try await catalog.acceptEULA(eulas[number(0...1)])
    }
  }

  private mutating func publish() async throws {
    let update = number(1...25)
    let next = (revisions[update] ?? 0) + 1
    let below = revisions.filter { $0.key < update }.sorted { $0.key < $1.key }
    var metadata: [StagedRevision] = []
    let named = below.randomElement(using: &generator)
    let bundled = below.randomElement(using: &generator)
    let content = file(number(1...12))
    let shape = number(0...7)
    let eula = number(0...5)
    let terms = eulas
    metadata.append(
      revision(update, next) {
        if shape & 1 == 1, let named { $0.prerequisites = [PrerequisiteClause(updateIDs: [guid(named.key)])] }
        if shape & 2 == 2, let bundled {
          $0.bundledUpdates = [BundleClause(identities: [identity(bundled.key, bundled.value)])]
        } else if shape & 4 == 4 {
          $0.files = [content]
        }
        if eula < terms.count { $0.eulaID = terms[eula] }
      })
    try await catalog.add(.updates, metadata)
    revisions[update] = next
  }
}

struct OfferHistoryTests {
  @Test(
    "WUSP-195, WUSP-196, WUSP-200: whatever happens, a client that only hears of changes knows what a new one is told",
    arguments: 1...12 as ClosedRange<UInt64>)
  func differential(seed: UInt64) async throws {
    let folder = try TemporaryFolder()
    let clock = TestClock()
    let catalog = try await folder.catalog(clock: clock)
    var site = RandomSite(catalog: catalog, clock: clock, seed: seed)
    let lab = try await catalog.createGroup(name: "Lab")
    let pilot = try await catalog.createGroup(name: "Pilot", parent: lab.targetGroupID)
    site.groups += [lab.targetGroupID, pilot.targetGroupID]
    var clients = [[allComputers], [allComputers, lab.targetGroupID], [allComputers, pilot.targetGroupID]].map {
      ScanningClient(groups: Set($0))
    }
    for round in 0..<60 {
      for _ in 0...(round % 3) { try await site.step() }
      let inputs = try await catalog.offerInputs().inputs
      for index in clients.indices where round % (index + 1) == 0 {
        let offer = GroupOffer(inputs, groups: clients[index].groups, at: clock.now)
        clients[index].scan(offer)
        var new = ScanningClient(groups: clients[index].groups)
        new.scan(offer)
        #expect(clients[index].cached == new.cached, "seed \(seed), round \(round), client \(index)")
        guard clients[index].cached == new.cached else { return }
      }
    }
  }
}
