import NIOCore
import NIOHTTP1
import UpdateModel

/// What a connection remembers of the request it is answering, for the metrics and the access log.
struct RequestRecord {
  let head: HTTPRequestHead
  let kind: AnsweredRequest.Kind
  let file: FileDigest?
  let began: NIODeadline
  var status = 0
  var bytes: Int64 = 0

  /// - Parameter content: what of the content is asked for; nil for another request.
  init(_ head: HTTPRequestHead, content: ServiceRoute?, now: NIODeadline) {
    self.head = head
    kind = content != nil ? .content : head.method == .POST ? .soap : .other
    if case .content(.digest(let digest)) = content { file = digest } else { file = nil }
    began = now
  }

  /// - Parameter address: the client's.
  func answered(address: String, now: NIODeadline) -> AnsweredRequest {
    AnsweredRequest(
      address: address, method: head.method.rawValue, target: head.uri, kind: kind, file: file, operation: operation,
      status: status, bytes: bytes, duration: .nanoseconds((now - began).nanoseconds))
  }

  /// The last part of SOAPAction when it is a plain word.
  private var operation: String? {
    guard kind == .soap, let action = head.headers.first(name: "SOAPAction") else { return nil }
    let word = action.split(separator: "/").last.map { $0.filter { $0 != "\"" } } ?? ""
    let isWord =
      !word.isEmpty && word.utf8.count <= 64 && word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
    return isWord ? String(word) : nil
  }
}

/// Who wants to know of connections and answers.
struct RequestObserver: Sendable {
  var metrics: ServerMetrics?
  var onAnswer: (@Sendable (AnsweredRequest) -> Void)?

  var isPresent: Bool { metrics != nil || onAnswer != nil }

  func report(_ request: AnsweredRequest) {
    metrics?.record(request)
    onAnswer?(request)
  }
}
