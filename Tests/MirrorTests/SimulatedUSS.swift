import Packing
import Synchronization
import TestSupport
import UpdateModel
import WireFormat

/// An upstream server in memory, over a real socket, with a switch for everything a requirement names.
///
/// Every request is recorded. Its state is one value behind a lock: tests change it between runs.
final class SimulatedUSS: Sendable {
  /// One call as it arrived.
  struct Call: Sendable {
    let operation: String
    let path: String
    let soapAction: String?
    let acceptEncoding: String?
    let body: String
    let number: Int
  }

  enum Fault: Sendable {
    case soap(FaultCode?)
    /// FileDigestsMissing naming these digests.
    case digestsMissing([FileDigest])
    case reply(ScriptedReply)
    /// The correct answer, changed on its way.
    case edited(@Sendable (ScriptedReply) -> ScriptedReply)
  }

  /// Plays a fault to some calls of an operation, counted from 1.
  struct Rule: Sendable {
    var operation: String?
    var calls: ClosedRange<Int>
    var fault: Fault

    init(_ operation: String?, calls: ClosedRange<Int> = 1...Int.max, _ fault: Fault) {
      self.operation = operation
      self.calls = calls
      self.fault = fault
    }
  }

  enum BlobForm: Sendable { case plain, utf16Cabinet, utf8Cabinet, markup }

  let state: Mutex<SimulatedUSSState>
  private let serverBox = Mutex<FaultServer?>(nil)

  init(_ state: SimulatedUSSState = SimulatedUSSState()) throws {
    self.state = Mutex(state)
    let server = try FaultServer { [weak self] request in self?.reply(to: request) ?? .hangUp }
    serverBox.withLock { $0 = server }
  }

  var server: FaultServer {
    guard let server = serverBox.withLock({ $0 }) else { preconditionFailure("the server has not started") }
    return server
  }
  var url: String { server.url }

  func change(_ change: (inout SimulatedUSSState) -> Void) { state.withLock { change(&$0) } }
  func clearRecords() {
    state.withLock {
      $0.calls = []
      $0.contentRequests = []
    }
  }

  var calls: [Call] { state.withLock { $0.calls } }
  var operations: [String] { calls.map(\.operation) }
  func calls(_ operation: String) -> [Call] { calls.filter { $0.operation == operation } }
  var contentRequests: [RecordedRequest] { state.withLock { $0.contentRequests } }
  /// Cookies that came after their end.
  var expiredCookieUses: Int { state.withLock { $0.expiredCookieUses } }
  /// Identities of all GetUpdateData calls, in order.
  var askedIdentities: [[UpdateIdentity]] { state.withLock { $0.askedIdentities } }

  private func reply(to request: RecordedRequest) -> ScriptedReply {
    if request.method == "GET" { return content(request) }
    do {
      let incoming = try IncomingRequest.parse(
        request.body, contentType: request["Content-Type"], soapAction: request["SOAPAction"])
      let (number, rule) = state.withLock { state in
        let number = state.calls.count { $0.operation == incoming.operationName } + 1
        state.calls.append(
          Call(
            operation: incoming.operationName, path: request.path, soapAction: request["SOAPAction"],
            acceptEncoding: request["Accept-Encoding"],
            body: request.bodyText, number: number))
        let rule = state.rules.first {
          ($0.operation ?? incoming.operationName) == incoming.operationName && $0.calls.contains(number)
        }
        return (number, rule)
      }
      _ = number
      let answered = try answer(incoming, rule?.fault)
      return state.withLock { state in state.sendsDate ? answered.with("Date", state.dateText) : answered }
    } catch {
      return .text("\(error)", status: 400)
    }
  }

  private func answer(_ request: IncomingRequest, _ fault: Fault?) throws -> ScriptedReply {
    switch fault {
    case .soap(let code): return Self.fault(code, request.version)
    case .digestsMissing(let digests): return Self.encode(SOAPFault(missing: digests, id: .random()), request.version)
    case .reply(let reply): return reply
    case .edited(let edit): return edit(try state.withLock { try $0.answer(request) })
    case nil: return try state.withLock { try $0.answer(request) }
    }
  }

  static func fault(_ code: FaultCode?, _ version: SOAPVersion, message: String = "") -> ScriptedReply {
    let fault = code.map { SOAPFault(code: $0, message: message, id: .random()) }
    return encode(fault ?? SOAPFault(reason: "no code", isClientFault: false), version)
  }

  private static func encode(_ fault: SOAPFault, _ version: SOAPVersion) -> ScriptedReply {
    .bytes(fault.encode(version: version), status: 500, type: version.contentType)
  }

  private func content(_ request: RecordedRequest) -> ScriptedReply {
    state.withLock { state in
      state.contentRequests.append(request)
      let name = request.path.split(separator: "/").last ?? ""
      if let digest = FileDigest(hex: name.prefix { $0 != "." }), state.isWithheld(digest) { return .notFound }
      return state.folder?.reply(to: request) ?? .notFound
    }
  }
}
