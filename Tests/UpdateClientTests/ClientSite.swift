import Catalog
import ContentStore
import Logging
import Sealing
import ServiceLifecycle
import TestSupport
import Transfer
import UpdateClient
import UpdateModel
import UpdateServer
import WireFormat

/// A catalogue, a content store and a running server with real sockets, and clients of it.
struct ClientSite: Sendable {
  let directory: TemporaryDirectory
  let catalog: Catalog
  let store: ContentStore
  let clock: TestClock
  let http: HTTPClient
  let port: Int

  static let clientID = "e1da06a3-5601-43c9-bac3-52d5db701494"

  /// Runs `body` against a server on a fresh catalogue.
  static func run(
    clients: ClientServiceConfiguration = ClientServiceConfiguration(),
    _ body: @Sendable (ClientSite) async throws -> Void
  ) async throws {
    var clients = clients
    // What a test changes counts at once, however busy the machine is.
    clients.limits.cheapLoading = .seconds(86_400)
    let directory = try TemporaryDirectory()
    let clock = TestClock()
    let catalog = try await Catalog.open(path: directory.path("catalog.sqlite"), clock: clock.clock)
    let store = try ContentStore(state: directory.path, policy: .sha1Allowed)
    let bound = Watched<Int?>(nil)
    let logger = Logger(label: "tests", factory: { _ in SwiftLogNoOpLogHandler() })
    let server = UpdateServer(
      catalog: catalog, store: store, keys: try SealingKeyRing.generate(),
      configuration: UpdateServerConfiguration(host: "127.0.0.1", port: 0, clients: clients), clock: clock.clock,
      logger: logger, onBound: { port in bound.update { $0 = port } })
    let group = ServiceGroup(configuration: .init(services: [server], logger: logger))
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask {
        defer { bound.update { $0 = $0 ?? 0 } }
        try await group.run()
      }
      let port = await bound.value { $0 != nil } ?? 0
      guard port > 0 else { return try await tasks.waitForAll() }
      let site = ClientSite(
        directory: directory, catalog: catalog, store: store, clock: clock, http: HTTPClient(), port: port)
      do { try await body(site) } catch {
        await group.triggerGracefulShutdown()
        throw error
      }
      await group.triggerGracefulShutdown()
      try await tasks.waitForAll()
    }
  }

  func configuration() -> UpdateClientConfiguration {
    UpdateClientConfiguration(
      server: "http://127.0.0.1:\(port)", clientID: Self.clientID, dnsName: "pc1.example")
  }

  func client(
    facts: HostFacts = .workstation, state: ClientState = ClientState(),
    _ change: (inout UpdateClientConfiguration) -> Void = { _ in }
  ) -> UpdateClient {
    var configuration = configuration()
    change(&configuration)
    return UpdateClient(configuration, http: http, facts: facts, state: state, clock: clock.clock)
  }

  func publish(_ revisions: StagedRevision..., kind: ListingKind = .updates) async throws {
    try await catalog.stage(kind, revisions)
    try await catalog.publish(kind)
  }

  func approve(_ numbers: Int..., action: DeploymentAction = .install) async throws {
    for number in numbers {
      try await catalog.approve(
        ApprovalRequest(
          updateID: Document.guid(number), targetGroupID: TargetGroup.allComputers.targetGroupID, action: action))
    }
  }

  func withdraw(_ number: Int) async throws {
    try await catalog.removeApprovals(of: [Document.guid(number)])
  }

  /// Puts bytes into the content store, as a file that updates may name.
  func put(_ bytes: [UInt8], name: String = "a.cab") async throws -> ContentFile {
    let digests = try FileDigester.digests(of: bytes)
    let file = ContentFile(
      digest: digests.sha1, additionalDigests: [AdditionalDigest(algorithm: "SHA256", bytes: digests.sha256.bytes)],
      fileName: name, size: Int64(bytes.count))
    guard case .session(let session) = try await store.beginIngest(file) else { return file }
    try await session.append(bytes)
    _ = try await session.commit()
    return file
  }
}

extension HostFacts {
  /// Windows 10 with a file, a registry value and nothing about software licences.
  static let workstation: HostFacts = {
    var facts = HostFacts()
    facts.windows = Windows(major: 10, minor: 0, build: 26_200, suiteMask: 256, productType: 1)
    facts.registry = ["HKLM\\SOFTWARE\\Example": ["Version": RegistryValue(data: "3.1")]]
    facts.files = ["C:\\Example\\a.dll": File(version: "1.0.0.5")]
    return facts
  }()
}
