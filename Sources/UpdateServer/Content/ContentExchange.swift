import NIOCore
import NIOHTTP1

/// A request below `/Content` and how far its answer is. Confined to the event loop of its connection.
final class ContentExchange {
  let route: ServiceRoute
  let method: HTTPMethod
  let request: ContentRequest
  let isKeptAlive: Bool
  /// The client speaks HTTP/1.0 and must be told that the connection stays.
  let needsKeepAliveWord: Bool
  /// Bytes of a body that nobody asked for.
  var discarded = 0

  /// The file while it is sent.
  var file: OpenContent?
  var cursor = SegmentCursor([])
  /// Written and not yet taken by the socket.
  var unsentPieces = 0
  /// A piece is being read, or waits for its share of the bandwidth.
  var isPreparing = false

  /// - Returns: nil when the request is for another service.
  init?(_ head: HTTPRequestHead) {
    switch ServiceRoute(target: head.uri) {
    case .service, .selfUpdate, nil: return nil
    case let route?: self.route = route
    }
    method = head.method
    isKeptAlive = head.isKeepAlive
    needsKeepAliveWord = isKeptAlive && head.version.minor == 0
    request = ContentRequest(method: head.method == .HEAD ? .head : .get, headers: head.headers)
  }
}

extension ContentRequest {
  /// Takes the fields in one pass. Several `Range` fields in one request count as none.
  init(method: Method, headers: HTTPHeaders) {
    self.init(method: method)
    var ranges = 0
    for (name, value) in headers {
      // Most requests have none of them, and the length rules most other names out.
      switch name.utf8.count {
      case 5 where name.lowercased() == "range":
        range = value
        ranges += 1
      case 8:
        if name.lowercased() == "if-range" {
          ifRange = value
        } else if name.lowercased() == "if-match" {
          ifMatch = value
        }
      case 13 where name.lowercased() == "if-none-match": ifNoneMatch = ifNoneMatch.map { "\($0), \(value)" } ?? value
      case 17 where name.lowercased() == "if-modified-since": ifModifiedSince = value
      case 19 where name.lowercased() == "if-unmodified-since": ifUnmodifiedSince = value
      default: break
      }
    }
    if ranges > 1 { range = nil }
  }
}
