import UpdateModel
import WireFormat

/// What all cached revisions are to one computer: prerequisites first, then rules, then bundles (guide 14).
///
/// The cost grows with the number of relations, whatever a server makes them look like.
struct ApplicabilityPass {
  private let revisions: [CachedRevision]
  /// What the rules of each revision say by themselves.
  private let own: [Applicability]
  private(set) var result: [Applicability]
  private var installed: Set<GUID> = []

  /// Bundles may satisfy prerequisites of bundles; more levels than this count as not applicable.
  private static let levels = 16

  init(_ revisions: [CachedRevision], own: [Applicability]) {
    self.revisions = revisions
    self.own = own
    result = [Applicability](repeating: .notApplicable, count: revisions.count)
    for _ in 0..<Self.levels {
      let before = installed.count
      settleSingles()
      settleBundles()
      if installed.count == before { break }
    }
  }

  /// Revisions that wait for an update to be installed, by that update.
  private func waiting() -> [GUID: [Int]] {
    var waiting: [GUID: [Int]] = [:]
    for (index, revision) in revisions.enumerated() where revision.bundled.isEmpty {
      for update in Set(revision.prerequisites.joined()) { waiting[update, default: []].append(index) }
    }
    return waiting
  }

  private mutating func settleSingles() {
    let waiting = waiting()
    var queue = revisions.indices.filter { revisions[$0].bundled.isEmpty }
    var next = 0
    while next < queue.count {
      let index = queue[next]
      next += 1
      guard isReady(revisions[index]), result[index] != .installed else { continue }
      result[index] = own[index]
      guard own[index] == .installed, installed.insert(revisions[index].identity.updateID).inserted else { continue }
      queue += waiting[revisions[index].identity.updateID] ?? []
    }
  }

  private func isReady(_ revision: CachedRevision) -> Bool {
    revision.prerequisites.allSatisfy { clause in clause.contains { installed.contains($0) } }
  }

  /// Bundles after all that they include; those in a circle are not evaluated.
  private mutating func settleBundles() {
    let places = Dictionary(
      revisions.enumerated().map { ($0.element.identity, $0.offset) }, uniquingKeysWith: { first, _ in first })
    let bundles = revisions.indices.filter { !revisions[$0].bundled.isEmpty }
    let members = bundles.map { Set(revisions[$0].bundled.joined().compactMap { places[$0] }) }
    var open = Dictionary(uniqueKeysWithValues: zip(bundles, members.map { $0.filter { isBundle($0) }.count }))
    var parents: [Int: [Int]] = [:]
    for (bundle, members) in zip(bundles, members) {
      for member in members where isBundle(member) { parents[member, default: []].append(bundle) }
    }
    var queue = bundles.filter { open[$0] == 0 }
    var next = 0
    while next < queue.count {
      let bundle = queue[next]
      next += 1
      settle(bundle, places)
      for parent in parents[bundle] ?? [] {
        open[parent, default: 1] -= 1
        if open[parent] == 0 { queue.append(parent) }
      }
    }
    for (bundle, left) in open where left > 0 { result[bundle] = .notEvaluated }
  }

  private func isBundle(_ index: Int) -> Bool { !revisions[index].bundled.isEmpty }

  /// Clauses of which nothing applies are for other computers; one that needs its member makes the bundle needed.
  private mutating func settle(_ bundle: Int, _ places: [UpdateIdentity: Int]) {
    guard isReady(revisions[bundle]) else { return result[bundle] = .notApplicable }
    if revisions[bundle].isInstallable != nil, own[bundle] == .notApplicable || own[bundle] == .notEvaluated {
      return result[bundle] = own[bundle]
    }
    let clauses = revisions[bundle].bundled.map { clause in
      Self.best(clause.map { places[$0].map { result[$0] } ?? .notApplicable })
    }
    let all = Set(clauses)
    let order: [Applicability] = [.notEvaluated, .needed, .installed]
    result[bundle] = order.first { all.contains($0) } ?? .notApplicable
    if result[bundle] == .installed { installed.insert(revisions[bundle].identity.updateID) }
  }

  /// Of alternatives: what is installed does.
  private static func best(_ members: [Applicability]) -> Applicability {
    let order: [Applicability] = [.installed, .needed, .notEvaluated]
    return order.first { members.contains($0) } ?? .notApplicable
  }
}

extension CachedRevision {
  /// What the rules say, prerequisites aside. Without a rule there is no yes.
  func ownApplicability(_ evaluator: inout RuleEvaluator) -> Applicability {
    switch isInstalled.map({ evaluator.truth(of: $0) }) ?? .fails {
    case .holds: return .installed
    case .unknown: return .notEvaluated
    case .fails: break
    }
    switch isInstallable.map({ evaluator.truth(of: $0) }) ?? .fails {
    case .holds: return .needed
    case .unknown: return .notEvaluated
    case .fails: return .notApplicable
    }
  }
}
