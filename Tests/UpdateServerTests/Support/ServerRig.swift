import Catalog
import ContentStore
import Foundation
import Logging
import Platform
import Sealing
import ServiceLifecycle
import TestSupport
import UpdateModel
import WireFormat

@testable import UpdateServer

/// A catalogue, a content store and a running server at a port of its own.
final class ServerRig: Sendable {
  let directory: TemporaryDirectory
  let catalog: Catalog
  let store: ContentStore
  let clock: TestClock
  let keys: SealingKeyRing
  let port: Int
  /// 0 without TLS.
  let securePort: Int
  let server: UpdateServer

  private init(
    directory: TemporaryDirectory, catalog: Catalog, store: ContentStore, clock: TestClock, keys: SealingKeyRing,
    port: Int, securePort: Int, server: UpdateServer
  ) {
    self.directory = directory
    self.catalog = catalog
    self.store = store
    self.clock = clock
    self.keys = keys
    self.port = port
    self.securePort = securePort
    self.server = server
  }

  /// Runs `body` against a fresh server, or against one on the state of `earlier`, then stops it gracefully.
  static func run(
    limits: UpdateServerLimits = UpdateServerLimits(), registration: RegistrationPolicy = .open, port: Int = 0,
    tls: TLSConfiguration? = nil, clients: ClientServiceConfiguration? = ClientServiceConfiguration(),
    metrics: ServerMetrics? = nil, after earlier: ServerRig? = nil,
    _ body: @Sendable (ServerRig) async throws -> Void
  ) async throws {
    var clients = clients
    // What a test changes counts at once, however busy the machine is.
    clients?.limits.cheapLoading = .seconds(86_400)
    let directory = try earlier?.directory ?? TemporaryDirectory()
    let clock = earlier?.clock ?? TestClock()
    let catalog = try await Catalog.open(path: directory.path("catalog.sqlite"), clock: clock.clock)
    let store = try ContentStore(state: directory.path, policy: .sha1Allowed)
    let keys: SealingKeyRing
    if let earlier {
      keys = try SealingKeyRing.load(from: earlier.keys.serialized)
    } else {
      keys = try SealingKeyRing.generate()
    }
    let bound = Watched<Int?>(nil)
    let secureBound = Watched<Int?>(tls == nil ? 0 : nil)
    let server = UpdateServer(
      catalog: catalog, store: store, keys: keys,
      configuration: UpdateServerConfiguration(
        host: "127.0.0.1", port: port, registration: registration, limits: limits, tls: tls, clients: clients),
      clock: clock.clock,
      logger: Logger(label: "tests", factory: { _ in SwiftLogNoOpLogHandler() }),
      onBound: { port in bound.update { $0 = port } }, onSecureBound: { port in secureBound.update { $0 = port } },
      metrics: metrics)
    let group = ServiceGroup(
      configuration: .init(
        services: [server], logger: Logger(label: "tests", factory: { _ in SwiftLogNoOpLogHandler() })))
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask {
        defer {
          bound.update { $0 = $0 ?? 0 }
          secureBound.update { $0 = $0 ?? 0 }
        }
        try await group.run()
      }
      let port = await bound.value { $0 != nil } ?? 0
      guard port > 0 else { return try await tasks.waitForAll() }
      let securePort = await secureBound.value { $0 != nil } ?? 0
      let rig = ServerRig(
        directory: directory, catalog: catalog, store: store, clock: clock, keys: keys, port: port,
        securePort: securePort, server: server)
      do { try await body(rig) } catch {
        await group.triggerGracefulShutdown()
        throw error
      }
      await group.triggerGracefulShutdown()
      try await tasks.waitForAll()
    }
  }
}

// MARK: - HTTP

extension ServerRig {
  func connect() async throws -> RawConnection { try await RawConnection.open(port: port) }

  /// One request on a connection of its own.
  func request(
    _ method: String, _ target: String, headers: [String] = [], body: [UInt8]? = nil
  ) async throws -> RawAnswer {
    let connection = try await connect()
    var lines = ["\(method) \(target) HTTP/1.1", "Host: 127.0.0.1:\(port)"] + headers
    if let body { lines.append("Content-Length: \(body.count)") }
    try await connection.send(Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + (body ?? []))
    return try await connection.answer(isHead: method == "HEAD")
  }
}

// MARK: - SOAP

extension ServerRig {
  /// Posts raw XML to a service.
  func post(
    _ xml: String, to service: WebService = .serverSync, path: String? = nil,
    contentType: String = "text/xml; charset=utf-8", headers: [String] = []
  ) async throws -> RawAnswer {
    try await request(
      "POST", path ?? service.path, headers: ["Content-Type: \(contentType)"] + headers, body: Array(xml.utf8))
  }

  /// Posts a call and gives the answer as it came.
  func raw<Op: WireOperation>(
    _ operation: Op.Type, _ request: Op.Request, version: SOAPVersion = .v11, path: String? = nil,
    service: WebService? = nil
  ) async throws -> RawAnswer {
    let message = SOAPRequest.encode(operation, request, version: version)
    var headers = ["Content-Type: \(message.contentType)"]
    if let action = message.soapAction { headers.append("SOAPAction: \(action)") }
    return try await self.request(
      "POST", path ?? (service ?? Op.service).path, headers: headers, body: message.body)
  }

  /// Posts a call and reads the answer as a DSS does.
  func reply<Op: WireOperation>(
    _ operation: Op.Type, _ request: Op.Request, version: SOAPVersion = .v11
  ) async throws -> Reply<Op.Response> {
    let answer = try await raw(operation, request, version: version)
    let parser = ReplyParser<Op>(version: version)
    try parser.push(answer.body)
    return try parser.finish()
  }

  /// Posts a call that must succeed.
  func call<Op: WireOperation>(
    _ operation: Op.Type, _ request: Op.Request, version: SOAPVersion = .v11
  ) async throws -> Op.Response {
    switch try await reply(operation, request, version: version) {
    case .response(let response): return response
    case .fault(let fault): throw fault
    }
  }

  /// Posts a call that must be refused.
  func fault<Op: WireOperation>(_ operation: Op.Type, _ request: Op.Request) async throws -> SOAPFault {
    switch try await reply(operation, request) {
    case .response: throw RawConnection.Failure(words: "\(Op.operationName) was answered, a fault was expected")
    case .fault(let fault): return fault
    }
  }

  func authorization(guid: GUID = ServerRig.downstream) async throws -> AuthorizationCookie {
    try await call(GetAuthorizationCookie.self, .init(accountName: "dss.example", accountGUID: guid))
  }

  func cookie(version: String = "1.20", guid: GUID = ServerRig.downstream) async throws -> Cookie {
    let authorization = try await authorization(guid: guid)
    return try await call(
      GetCookie.self, .init(authorizationCookies: [authorization], oldCookie: nil, protocolVersion: version))
  }

  static let downstream = GUID(high: 0x266f_6222_c89d_43f2, low: 0x9f8a_6934_0271_e677)
}
