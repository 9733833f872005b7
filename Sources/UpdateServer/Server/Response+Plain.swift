import HTTPTypes
import HummingbirdCore
import NIOCore

extension Response {
  static var notFound: Response { Response(status: .notFound) }

  static func notAllowed(allow: String) -> Response {
    Response(status: .methodNotAllowed, headers: [.allow: allow])
  }

  /// For statuses that have no body and say nothing about its length.
  static func withoutBody(_ status: HTTPResponse.Status, _ headers: HTTPFields) -> Response {
    var response = Response(status: status, headers: headers)
    response.headers[.contentLength] = nil
    return response
  }

  /// After this answer the connection ends: what remains of the request is not read.
  static func closing(_ status: HTTPResponse.Status) -> Response {
    Response(status: status, headers: [.connection: "close"])
  }
}
