internal import Platform
internal import Sealing
public import Transfer
public import UpdateModel
import WireFormat

/// A Windows Update client of our own: it scans, asks for details, downloads and reports; it installs nothing (MS-WUSP
/// 3.2, guide 13).
///
/// Everything a server sends is bounded (``UpdateClientConfiguration/Limits``). Between scans its ``state`` is to be
/// kept; without it the next scan is a full one. One thing at a time: calls wait for each other only as far as an actor
/// makes them.
public actor UpdateClient {
  public let configuration: UpdateClientConfiguration
  public internal(set) var state: ClientState
  let caller: ServiceCaller
  /// Where downloads are written and read.
  let files = BlockingPool(width: 1, name: "updatemirror.client-files")
  let clock: @Sendable () -> Timestamp
  var host: HostIndex
  /// What the rules of each revision said in this scan.
  var ownApplicability: [Int32: Applicability] = [:]
  /// What the revisions of the cache are, after ``evaluate()``.
  var applicability: [Int32: Applicability] = [:]
  var unansweredRules: Set<String> = []
  /// Where files are, as the server last said.
  var locations: [FileDigest: String] = [:]

  public init(
    _ configuration: UpdateClientConfiguration, http: HTTPClient, facts: HostFacts, state: ClientState = ClientState(),
    clock: @escaping @Sendable () -> Timestamp
  ) {
    self.configuration = configuration
    self.state = state
    self.clock = clock
    host = HostIndex(facts)
    caller = ServiceCaller(http: http, server: configuration.server, limits: configuration.limits)
  }

  /// Something changed on the computer, as after an installation. The next scan sees it.
  public func change(_ facts: HostFacts) { host = HostIndex(facts) }

  /// Answers the rules of all cached revisions; those of earlier rounds of a scan stand.
  func evaluate() {
    var evaluator = RuleEvaluator(host)
    let revisions = state.cache.revisions
    let own = revisions.map { revision in
      if let known = ownApplicability[revision.revisionID] { return known }
      let found = revision.ownApplicability(&evaluator)
      ownApplicability[revision.revisionID] = found
      return found
    }
    unansweredRules.formUnion(evaluator.unanswered)
    let pass = ApplicabilityPass(revisions, own: own)
    applicability = Dictionary(uniqueKeysWithValues: zip(revisions.map(\.revisionID), pass.result))
  }
}
