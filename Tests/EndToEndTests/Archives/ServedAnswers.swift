import Foundation
import Sealing
import TestSupport
import Testing
import Transfer
import UpdateModel
import WireFormat

/// What a new downstream server is told by `updatemirror serve`: the answers as they came over the wire, without the
/// anchors in them, and every content file.
struct ServedAnswers: Equatable, Sendable {
  /// What was asked, and the body of the answer.
  private(set) var answers: [Answer] = []
  /// `XX/name` to status, length and SHA-256.
  private(set) var content: [String: String] = [:]
  /// Revisions that were listed.
  private(set) var revisions: Set<UpdateIdentity> = []
  private(set) var deployments = 0
  let languages: [LanguageSetting]
  let limits: RequestLimits

  struct Answer: Equatable, Sendable {
    let question: String
    let body: String
  }

  private static let batch = 50
  private static let connections = 8

  /// Asks for everything, as a new replica does.
  ///
  /// - Parameters:
  ///   - files: `XX/name` of the content files that are asked for.
  ///   - known: revisions whose metadata is not asked for.
  init(port: Int, files: [String], known: Set<UpdateIdentity> = []) async throws {
    let caller = try await DownstreamCaller(port: port)
    let configuration = try await caller.call(GetConfigData.self, .init(cookie: caller.cookie, anchor: nil)).response
    (languages, limits) = (configuration.languages, configuration.limits)
    var anchor = SyncAnchor("")
    for isConfiguration in [true, false] {
      let filter = RevisionFilter(anchor: nil, isConfiguration: isConfiguration)
      let list = try await caller.call(GetRevisionIdList.self, .init(cookie: caller.cookie, filter: filter))
      answers.append(Answer(question: "GetRevisionIdList, GetConfig \(isConfiguration)", body: list.body))
      anchor = list.response.anchor
      revisions.formUnion(list.response.identities)
      try await takeUpdateData(of: list.response.identities.filter { !known.contains($0) }, caller)
    }
    let deployments = try await caller.call(
      GetDeployments.self, .init(cookie: caller.cookie, deploymentAnchor: nil, syncAnchor: anchor))
    answers.append(Answer(question: "GetDeployments", body: deployments.body))
    self.deployments = deployments.response.deployments.count
    content = try await Self.content(files, caller)
  }

  private mutating func takeUpdateData(of identities: [UpdateIdentity], _ caller: DownstreamCaller) async throws {
    for start in stride(from: 0, to: identities.count, by: Self.batch) {
      let some = Array(identities[start..<min(start + Self.batch, identities.count)])
      let body = try await caller.body(GetUpdateData.self, .init(cookie: caller.cookie, identities: some))
      #expect(body.components(separatedBy: "<ServerSyncUpdateData>").count - 1 == some.count)
      answers.append(Answer(question: "GetUpdateData of \(some[0]) and \(some.count - 1) more", body: body))
    }
  }

  private static func content(_ files: [String], _ caller: DownstreamCaller) async throws -> [String: String] {
    try await withThrowingTaskGroup(of: [String: String].self) { group in
      for lane in 0..<connections {
        group.addTask {
          var found: [String: String] = [:]
          for index in stride(from: lane, to: files.count, by: connections) {
            found[files[index]] = try await caller.file(files[index])
          }
          return found
        }
      }
      return try await group.reduce(into: [:]) { all, some in all.merge(some) { $1 } }
    }
  }

  /// The first things that differ, in few words.
  func differences(from other: ServedAnswers) -> [String] {
    var found: [String] = []
    if answers.map(\.question) != other.answers.map(\.question) { found.append("other questions followed") }
    for (here, there) in zip(answers, other.answers) where here.body != there.body {
      let same = zip(here.body.utf8, there.body.utf8).prefix { $0 == $1 }.count
      let context = max(0, same - 100)
      func part(_ body: String) -> String { String(decoding: body.utf8.dropFirst(context).prefix(300), as: UTF8.self) }
      found.append("\(here.question), byte \(same): \(part(here.body)) instead of \(part(there.body))")
    }
    for name in Set(content.keys).union(other.content.keys).sorted() where content[name] != other.content[name] {
      found.append("/Content/\(name): \(content[name] ?? "not asked") instead of \(other.content[name] ?? "not asked")")
    }
    if languages != other.languages || limits != other.limits { found.append("GetConfigData: languages or limits") }
    return Array(found.prefix(5))
  }
}

/// Calls a USS over HTTP, with the cookies that it gave.
struct DownstreamCaller: Sendable {
  private let client: HTTPClient
  private let base: String
  let cookie: Cookie

  struct Failed: Error { let words: String }

  /// - Parameter port: of the loopback interface.
  init(port: Int) async throws {
    (client, base) = (HTTPClient(), "http://127.0.0.1:\(port)")
    let account = GetAuthorizationCookie.Request(
      accountName: "replica.example.org", accountGUID: GUID(high: 0x266f_6222_c89d_43f2, low: 0x9f8a_6934_0271_e677))
    let authorization = try await Self.call(client, base, GetAuthorizationCookie.self, account).response
    let request = GetCookie.Request(
      authorizationCookies: [authorization], oldCookie: nil, protocolVersion: "1.20")
    cookie = try await Self.call(client, base, GetCookie.self, request).response
  }

  /// - Returns: the answer, and its body without the anchor.
  func call<Op: WireOperation>(_ operation: Op.Type, _ request: Op.Request) async throws -> (
    response: Op.Response, body: String
  ) {
    try await Self.call(client, base, operation, request)
  }

  /// The answer as it came.
  func body<Op: WireOperation>(_ operation: Op.Type, _ request: Op.Request) async throws -> String {
    String(decoding: try await Self.post(client, base, operation, request), as: UTF8.self)
  }

  /// Status, length and SHA-256 of a content file.
  func file(_ name: String) async throws -> String {
    let response = try await client.execute(HTTPRequest(url: "\(base)/Content/\(name)"))
    let bytes = try await response.body.collect(limit: 1 << 30)
    return "\(response.status), \(bytes.count) bytes, \(try FileDigester.digests(of: bytes).sha256.hex)"
  }

  private static func post<Op: WireOperation>(
    _ client: HTTPClient, _ base: String, _ operation: Op.Type, _ request: Op.Request
  ) async throws -> [UInt8] {
    let message = SOAPRequest.encode(operation, request, version: .v11)
    var headers: HTTPHeaders = ["Content-Type": message.contentType]
    headers["SOAPAction"] = message.soapAction
    let answer = try await client.execute(
      HTTPRequest(method: "POST", url: base + Op.service.path, headers: headers, body: message.body))
    return try await answer.body.collect(limit: 1 << 30)
  }

  private static func call<Op: WireOperation>(
    _ client: HTTPClient, _ base: String, _ operation: Op.Type, _ request: Op.Request
  ) async throws -> (response: Op.Response, body: String) {
    let bytes = try await post(client, base, operation, request)
    let parser = ReplyParser(operation, version: .v11)
    try parser.push(bytes)
    switch try parser.finish() {
    case .response(let response): return (response, withoutAnchor(String(decoding: bytes, as: UTF8.self)))
    case .fault(let fault): throw Failed(words: "\(Op.operationName): \(fault)")
    }
  }

  /// Each server has anchors of its own.
  private static func withoutAnchor(_ body: String) -> String {
    guard let start = body.range(of: "<Anchor>"),
      let end = body.range(of: "</Anchor>", range: start.upperBound..<body.endIndex)
    else { return body }
    return body.replacingCharacters(in: start.upperBound..<end.lowerBound, with: "")
  }
}
