import Synchronization
import WireFormat

/// Counts what a server answers, from its start.
///
/// The labels are bounded: kinds, statuses, operations and fault codes that exist, never a path or an address.
public final class ServerMetrics: Sendable {
  /// The answers of one kind.
  private struct Answers {
    var statuses: [Int: Int] = [:]
    var bytes: Int64 = 0
    var seconds = LatencyHistogram()

    mutating func add(_ request: AnsweredRequest) {
      statuses[request.status, default: 0] += 1
      bytes += request.bytes
      seconds.add(request.duration)
    }
  }

  /// An operation. Two services have one of the name GetAuthorizationCookie, and two GetCookie.
  private struct Operation: Hashable, Comparable {
    let service: String
    let name: String

    static func < (one: Self, other: Self) -> Bool { (one.service, one.name) < (other.service, other.name) }
  }

  private struct Call: Hashable {
    let operation: Operation
    let outcome: String
  }

  private struct Counts {
    var content = Answers()
    var soap = Answers()
    var other = Answers()
    var calls: [Call: Int] = [:]
    var callSeconds: [Operation: LatencyHistogram] = [:]
    var connections = 0

    subscript(kind: AnsweredRequest.Kind) -> Answers {
      switch kind {
      case .content: content
      case .soap: soap
      case .other: other
      }
    }
  }

  private let counts = Mutex(Counts())

  public init() {}

  public func record(_ request: AnsweredRequest) {
    counts.withLock { counts in
      switch request.kind {
      case .content: counts.content.add(request)
      case .soap: counts.soap.add(request)
      case .other: counts.other.add(request)
      }
    }
  }

  /// - Parameter outcome: `ok`, or the code of the fault.
  func recordCall(_ service: WebService, _ name: String, outcome: String, duration: Duration) {
    let operation = Operation(service: service.rawValue, name: name)
    counts.withLock { counts in
      counts.calls[Call(operation: operation, outcome: outcome), default: 0] += 1
      counts.callSeconds[operation, default: LatencyHistogram()].add(duration)
    }
  }

  func connectionOpened() { counts.withLock { $0.connections += 1 } }

  func connectionClosed() { counts.withLock { $0.connections -= 1 } }

  /// Adds the families of the server to a text.
  func write(to text: inout MetricsText) {
    let counts = self.counts.withLock { $0 }
    text.single("updatemirror_http_connections", .gauge, "Open connections of clients.", counts.connections)
    text.family("updatemirror_http_requests_total", .counter, "Answered requests by kind and HTTP status.")
    for kind in AnsweredRequest.Kind.allCases {
      for (status, count) in counts[kind].statuses.sorted(by: { $0.key < $1.key }) {
        let labels: KeyValuePairs = ["kind": kind.rawValue, "status": String(status)]
        text.sample("updatemirror_http_requests_total", labels, count)
      }
    }
    text.family("updatemirror_http_response_bytes_total", .counter, "Bytes of answers by kind.")
    for kind in AnsweredRequest.Kind.allCases {
      text.sample("updatemirror_http_response_bytes_total", ["kind": kind.rawValue], counts[kind].bytes)
    }
    text.family("updatemirror_http_request_seconds", .histogram, "From a request's head to its answer's end.")
    for kind in AnsweredRequest.Kind.allCases {
      text.histogram("updatemirror_http_request_seconds", ["kind": kind.rawValue], counts[kind].seconds)
    }
    text.family("updatemirror_soap_calls_total", .counter, "Operations by outcome: ok or the code of the fault.")
    for (call, count) in counts.calls.sorted(by: {
      ($0.key.operation, $0.key.outcome) < ($1.key.operation, $1.key.outcome)
    }) {
      let labels: KeyValuePairs = [
        "service": call.operation.service, "operation": call.operation.name, "outcome": call.outcome,
      ]
      text.sample("updatemirror_soap_calls_total", labels, count)
    }
    text.family("updatemirror_soap_call_seconds", .histogram, "From a complete message to its answer's beginning.")
    for (operation, seconds) in counts.callSeconds.sorted(by: { $0.key < $1.key }) {
      let labels: KeyValuePairs = ["service": operation.service, "operation": operation.name]
      text.histogram("updatemirror_soap_call_seconds", labels, seconds)
    }
  }
}
