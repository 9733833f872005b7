import Catalog
import Mirror
import UpdateModel
import WireFormat

/// Drives a `SyncSession` against a table of answers, without any shell.
///
/// `answer` may return nil for "the built-in answer". Everything that the session asked for is kept.
final class ScriptedSession {
  enum Reply {
    case fault(SOAPFault)
    case answer(SyncAnswer)
    case broke(SyncError)
  }

  var session: SyncSession
  var now = Timestamp(year: 2026, month: 11, day: 23)
  /// Seconds by which the USS's clock is ahead.
  var serverOffset: Double = 0
  var cookieLife: Double = 14_400
  /// Seconds that every call takes.
  var callDuration: Double = 0
  /// Answered in reverse order of sending when true.
  var answersLatestFirst = false
  var configuration = ScriptedSession.defaultConfiguration
  var listings: [ListingKind: [UpdateIdentity]] = [:]
  var encrypted: Set<UpdateIdentity> = []
  var journals: [ListingKind: (SyncAnchor, [UpdateIdentity])] = [:]
  var references: [[UpdateIdentity]] = []
  /// Missing prerequisites, by question.
  var prerequisites: [[GUID]] = []
  /// What a listing without a filter and anchor has beside the selected updates.
  var unselected: [UpdateIdentity] = []
  var selection = RevisionSelection.everything
  var answer: (SyncCall, Int) -> Reply? = { _, _ in nil }
  /// Called before each action; true cancels once.
  var cancelsAfter: Int?

  private(set) var calls: [SyncCall] = []
  private(set) var steps: [SyncStep] = []
  private(set) var staged: [ListingKind: [UpdateIdentity]] = [:]
  private(set) var unavailable: [UpdateIdentity] = []
  private(set) var published: [ListingKind] = []
  private(set) var pauses: [Double] = []
  private(set) var mostInFlight = 0
  private(set) var cookiesSent: [(cookie: Cookie, at: Timestamp)] = []
  /// How many calls of an operation had been sent when the first of them was answered.
  private(set) var sentAtFirstAnswer: [String: Int] = [:]
  private var inFlight: [(CallID, SyncCall, Int)] = []
  private var delivered: [CallID: Set<UpdateIdentity>] = [:]
  private var listed: [CallID: [UpdateIdentity]] = [:]
  private var settled: Set<UpdateIdentity> = []
  private var listingCount = 0
  private var cookieCount = 0

  static let defaultConfiguration = ServerConfiguration(
    isCatalogOnly: false, isLazy: true, hostsPSFFiles: false, limits: RequestLimits(), protocolVersion: .announced,
    anchor: ConfigAnchor("config 1"), languages: [])

  static let accountGUID = GUID(high: 1, low: 2)

  init(
    mode: ReplicationMode = .autonomous, anchors: SyncSession.Anchors = .init(),
    adjust: (inout SyncSession.Settings) -> Void = { _ in }
  ) {
    var settings = SyncSession.Settings(
      accountName: "branch.example.org", accountGUID: Self.accountGUID, mode: mode)
    adjust(&settings)
    session = SyncSession(settings: settings, anchors: anchors)
  }

  static func identities(_ count: Int, from first: Int = 0) -> [UpdateIdentity] {
    (first..<first + count).map { UpdateIdentity(updateID: GUID(high: 9, low: UInt64($0)), revisionNumber: 1) }
  }

  var operations: [String] { calls.map(\.operation) }
  /// Answers to batches that no step took and that a later one might still take.
  var heldAnswers: Int { delivered.count }

  /// Runs to the outcome; stops after a bound that no correct session reaches.
  func run() -> SyncAction {
    for count in 0..<100_000 {
      if count == cancelsAfter { session.receive(.cancel, now: now) }
      let action = session.next(now: now)
      switch action {
      case .post(let id, let call):
        calls.append(call)
        note(call)
        inFlight.append((id, call, calls.filter { $0.operation == call.operation }.count))
        mostInFlight = max(mostInFlight, inFlight.count)
      case .awaitAnswer: if !answerOne() { return .failed(.noUpstream) }
      case .wait(let seconds):
        pauses.append(seconds)
        now = now.adding(seconds: seconds)
        session.receive(.waited, now: now)
      case .perform(let step):
        steps.append(step)
        delivered = delivered.filter { step.mayUse($0.key) }
        session.receive(.stepped(result(of: step)), now: now)
      case .finished, .cancelled, .failed: return action
      }
    }
    return .failed(.noUpstream)
  }

  private func note(_ call: SyncCall) {
    switch call {
    case .getConfigData(let cookie, _), .getRevisionIdList(let cookie, _), .getUpdateData(let cookie, _),
      .getUpdateDecryptionData(let cookie, _), .getDeployments(let cookie, _, _):
      cookiesSent.append((cookie, now.adding(seconds: serverOffset)))
    default: break
    }
  }

  private func answerOne() -> Bool {
    guard !inFlight.isEmpty else { return false }
    let (id, call, number) = answersLatestFirst ? inFlight.removeLast() : inFlight.removeFirst()
    if sentAtFirstAnswer[call.operation] == nil {
      sentAtFirstAnswer[call.operation] = operations.count { $0 == call.operation }
    }
    now = now.adding(seconds: callDuration)
    let date = now.adding(seconds: serverOffset)
    switch answer(call, number) ?? .answer(builtIn(call)) {
    case .fault(let fault): session.receive(.faulted(id, fault, date: date), now: now)
    case .broke(let error): session.receive(.broke(id, error), now: now)
    case .answer(let answer):
      if case .updateData(let identities) = answer { delivered[id] = identities }
      if case .getRevisionIdList(_, let filter) = call {
        listed[id] = listings[filter.isConfiguration ? .configuration : .updates] ?? []
        if !filter.isConfiguration, filter.categories.isEmpty { listed[id]? += unselected }
      }
      session.receive(.answered(id, answer, date: date), now: now)
    }
    return true
  }

  private func builtIn(_ call: SyncCall) -> SyncAnswer {
    switch call {
    case .getAuthConfig: return .authConfig(serviceURL: "DssAuthWebService/DssAuthWebService.asmx")
    case .getAuthorizationCookie:
      return .authorizationCookie(AuthorizationCookie(plugInID: "DssTargeting", cookieData: [7, 7]))
    case .getCookie:
      cookieCount += 1
      let expiration = now.adding(seconds: serverOffset + cookieLife)
      return .cookie(Cookie(expiration: expiration, encryptedData: [UInt8(truncatingIfNeeded: cookieCount)]))
    case .getConfigData: return .configuration(configuration)
    case .getRevisionIdList:
      listingCount += 1
      return .listing(SyncAnchor("listing \(listingCount)"))
    case .getUpdateData(_, let identities):
      return .updateData(delivered: Set(identities))
    case .getUpdateDecryptionData(_, let identities):
      encrypted.subtract(identities)
      return .decryptionKeys
    case .getDeployments: return .deployments
    case .downloadFiles: return .filesRequested
    }
  }

  private func result(of step: SyncStep) -> SyncStepResult {
    switch step {
    case .findJournal(let kind): return .journal(journals[kind]?.0)
    case .resolveSubscription: return .subscription(selection)
    case .beginListing(let kind, let call, let anchor):
      let known = Set(staged[kind] ?? [])
      journals[kind] = (anchor, (listed[call] ?? []).filter { !known.contains($0) })
    case .beginReferenceListing(let anchor, let identities): journals[.updates] = (anchor, identities)
    case .loadPending(let kind, let after, let limit):
      let all = journals[kind]?.1 ?? []
      let page = all.drop { Int64($0.updateID.low) < after }.prefix(limit)
      return .pending(Array(page), last: page.last.map { Int64($0.updateID.low) + 1 } ?? after)
    case .findRevisionsWithoutKeys: return .identities(encrypted.intersection(settled).sorted())
    case .stage(let kind, let finished):
      for call in finished.metadataCalls {
        staged[kind, default: []] += (delivered.removeValue(forKey: call) ?? []).sorted()
      }
      unavailable += finished.unavailable
      settled.formUnion(staged[kind] ?? [])
      settled.formUnion(finished.unavailable)
      journals[kind]?.1.removeAll { settled.contains($0) }
    case .findMissingPrerequisites: return .updateIDs(prerequisites.isEmpty ? [] : prerequisites.removeFirst())
    case .pickRevisions(let call, let updates):
      return .identities((listed[call] ?? []).filter { updates.contains($0.updateID) })
    case .findMissingReferences: return .identities(references.isEmpty ? [] : references.removeFirst())
    case .publish(let kind):
      published.append(kind)
      journals[kind] = nil
    case .abandonListing(let kind): journals[kind] = nil
    case .resetAnchors: journals = [:]
    case .applyDeployments: return .deploymentAnchor(DeploymentAnchor("deployed"))
    case .saveConfiguration, .recordHistory: break
    }
    return .done
  }
}

extension SyncAction {
  var isFinished: Bool { if case .finished = self { true } else { false } }
  var isCancelled: Bool { if case .cancelled = self { true } else { false } }
  var error: SyncError? { if case .failed(let error) = self { error } else { nil } }
}

extension SOAPFault {
  static func coded(_ code: FaultCode?) -> SOAPFault {
    code.map { SOAPFault(code: $0, id: .zero) } ?? SOAPFault(reason: "no code", isClientFault: false)
  }
}
