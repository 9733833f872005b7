import Catalog
import ContentStore
import Foundation
import Logging
import Platform
import Sealing
import UpdateModel

/// One server's state, opened: everything that commands work on.
struct Site: Sendable {
  let state: StateDirectory
  let configuration: Configuration
  let catalog: Catalog
  let store: ContentStore
  let subscription: SubscriptionManifest
  let logger: Logger

  /// Opens an existing state directory.
  ///
  /// - Throws: ``Failure`` with ``ProgramStatus/noState`` when there is none.
  static func open(_ common: CommonOptions, extra: [Setting: String] = [:]) async throws -> Site {
    let state = common.stateDirectory
    try state.requireExisting()
    return try await open(state, configuration: try common.configuration(extra: extra))
  }

  static func open(_ state: StateDirectory, configuration: Configuration) async throws -> Site {
    let logger = Logs.logger("updatemirror", level: configuration.text(.logLevel), format: logFormat(configuration))
    let policy = DigestPolicy(rawValue: configuration.text(.contentDigestPolicy)) ?? .sha256Required
    let store = try ContentStore(
      state: state.path, policy: policy, minimumFree: try configuration.byteCount(.contentMinFree))
    let catalog = try await Catalog.open(path: state.catalogFile, clock: SystemClock.now)
    var subscription = SubscriptionManifest.everything
    if let file = configuration.optional(.subscriptionManifest) {
      subscription = try SubscriptionManifest(try TOMLDocument(file: file))
    }
    return Site(
      state: state, configuration: configuration, catalog: catalog, store: store, subscription: subscription,
      logger: logger)
  }

  /// Which files this site stores.
  var contentPolicy: ContentPolicy {
    ContentPolicy(
      isLazy: subscription.contentMode == .lazy, includesExpress: subscription.includesExpressFiles,
      requiresSHA256: store.policy == .sha256Required)
  }

  var logFormat: LogLine.Format { Self.logFormat(configuration) }

  private static func logFormat(_ configuration: Configuration) -> LogLine.Format {
    LogLine.Format(rawValue: configuration.text(.logFormat)) ?? .console
  }

  var isReplica: Bool { configuration.text(.upstreamMode) == "replica" }

  /// The name that this server gives to its USS (SSS-078).
  var accountName: String { configuration.optional(.serverName) ?? LocalHost.name }

  /// Tells the catalogue what the configuration says of this server, for its downstream servers and clients.
  func saveSettings() async throws {
    var settings = try await catalog.settings()
    let before = settings
    settings.replicationMode = isReplica ? .replica : .autonomous
    settings.isLazy = contentPolicy.isLazy
    settings.hostsPSFFiles = contentPolicy.includesExpress
    settings.isCatalogOnly = subscription.contentMode == .none
    if settings != before { try await catalog.save(settings) }
    if try await catalog.targeting() != targeting { try await catalog.save(targeting) }
  }

  /// The keys that seal cookies.
  func cookieKeys() throws -> SealingKeyRing {
    let path = state.cookieKeysFile
    let permissions = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int ?? 0
    guard permissions & 0o077 == 0 else {
      throw Failure(
        .failed, "\(path): expected permissions 600, found \(String(permissions & 0o777, radix: 8))",
        hint: "chmod 600 \(path)")
    }
    return try SealingKeyRing.load(from: try DurableFile.read(path, limit: 4096))
  }
}

/// The name of this machine.
enum LocalHost {
  static var name: String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
    let text = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return text.isEmpty ? "localhost" : text
  }
}
