import Foundation
import Testing
import UpdateModel

@testable import WireFormat

/// One recorded call of a client to a real server.
struct ClientExchange {
  private static let fixtures = SharedFiles.recordings.appendingPathComponent("docs/fixtures")
  static let arePresent = FileManager.default.fileExists(atPath: fixtures.path)

  private let folder: URL

  /// - Parameter path: below the fixtures, as `wsus-m0-native/scan/000001`.
  init(_ path: String) { folder = Self.fixtures.appendingPathComponent(path) }

  /// A file that is no exchange.
  static func file(_ path: String) throws -> [UInt8] {
    try SharedFiles.bytes(fixtures.appendingPathComponent(path))
  }

  /// The exchanges in a folder.
  static func names(in path: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: fixtures.appendingPathComponent(path).path).sorted()
  }

  var reply: [UInt8] {
    get throws { try SharedFiles.bytes(folder.appendingPathComponent("response.body")) }
  }

  func request<Op: WireOperation>(_ operation: Op.Type) throws -> Op.Request {
    let body = try SharedFiles.bytes(folder.appendingPathComponent("request.body"))
    let headers = String(
      decoding: try SharedFiles.bytes(folder.appendingPathComponent("request.headers")), as: UTF8.self)
    let action = headers.split(whereSeparator: \.isNewline).first { $0.lowercased().hasPrefix("soapaction:") }
    let incoming = try IncomingRequest.parse(
      body, contentType: "text/xml; charset=utf-8", soapAction: action.map { String($0.dropFirst(11)) })
    #expect(incoming.isCall(of: operation))
    #expect(incoming.namespace == Op.namespace)
    #expect(incoming.action == Op.action)
    return try incoming.decode(operation)
  }

  /// The response, which must be the same in any cut and when it comes in blocks of xpress.
  func response<Op: WireOperation>(_ operation: Op.Type) throws -> Op.Response {
    let bytes = try reply
    let reply = try decodeReply(operation, bytes)
    #expect(try decodeReply(operation, bytes, piece: 1) == reply)
    let decoded = try Xpress.decode(Xpress.encode(bytes), limit: bytes.count)
    #expect(try decodeReply(operation, decoded) == reply)
    guard case .response(let response) = reply else { throw WireError.notSOAP(found: "a fault") }
    return response
  }
}
