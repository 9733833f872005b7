public import Catalog
public import ContentStore
import HTTPTypes
import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
import Platform
public import ServiceLifecycle
public import UpdateModel

/// A listener of its own for the operator: `/healthz` and `/metrics`. It only tells, and asks for no name.
public struct AdminServer: Service {
  private let figures: FigureCache
  private let metrics: ServerMetrics
  private let address: (host: String, port: Int)
  private let version: String
  private let health: @Sendable () async -> SiteHealth
  private let logger: Logger
  private let onBound: @Sendable (Int) async -> Void

  /// - Parameters:
  ///   - port: 0 lets the system choose; `onBound` tells the number.
  ///   - policy: decides which files count as missing.
  ///   - silentSince: client computers without a contact since then count as silent.
  ///   - health: asked for each `/healthz`.
  public init(
    catalog: Catalog, store: ContentStore, policy: ContentPolicy, metrics: ServerMetrics, host: String, port: Int,
    version: String, logger: Logger, silentSince: @escaping @Sendable () -> Timestamp,
    health: @escaping @Sendable () async -> SiteHealth,
    onBound: @escaping @Sendable (Int) async -> Void = { _ in }
  ) {
    figures = FigureCache { try await SiteFigures.read(catalog, store, policy, silentSince: silentSince()) }
    self.metrics = metrics
    address = (host, port)
    self.version = version
    self.logger = logger
    self.health = health
    self.onBound = onBound
  }

  /// Listens until the surrounding service group ends.
  ///
  /// - Throws: ``UpdateServerError/cannotListen(host:port:text:)``.
  public func run() async throws {
    let (logger, onBound) = (logger, onBound)
    let application = Application(
      responder: CallbackResponder<BasicRequestContext> { request, _ in await respond(to: request) },
      configuration: ApplicationConfiguration(address: .hostname(address.host, port: address.port)),
      onServerRunning: { channel in await onBound(channel.localAddress?.port ?? 0) }, logger: logger)
    do {
      try await application.run()
    } catch  where error is IOError || error is SocketAddressError {
      throw UpdateServerError.cannotListen(host: address.host, port: address.port, text: "\(error)")
    }
  }

  private func respond(to request: Request) async -> Response {
    guard request.method == .get || request.method == .head else { return .notAllowed(allow: "GET, HEAD") }
    switch request.uri.path {
    case "/healthz": return healthAnswer(await health())
    case "/metrics": return await metricsAnswer()
    default: return .notFound
    }
  }

  private func healthAnswer(_ health: SiteHealth) -> Response {
    let lists = [("reasons", health.reasons), ("warnings", health.warnings)].map { name, texts in
      "\"\(name)\":[\(texts.map { JSONString.quoted($0) }.joined(separator: ","))]"
    }
    let status = health.isReady ? "ready" : "not ready"
    let bytes = Array("{\(lists[0]),\"status\":\"\(status)\",\(lists[1])}".utf8)
    return .text(health.isReady ? .ok : .serviceUnavailable, "application/json", bytes)
  }

  private func metricsAnswer() async -> Response {
    var text = MetricsText()
    text.family("updatemirror_build_info", .gauge, "The version that answers.")
    text.sample("updatemirror_build_info", ["version": version], 1)
    metrics.write(to: &text)
    do {
      try await figures.current().write(to: &text)
    } catch {
      logger.error("metrics: the figures of the site cannot be read: \(error)")
      return .text(.serviceUnavailable, "text/plain; charset=utf-8", Array("the catalogue cannot be read\n".utf8))
    }
    await writeProcess(to: &text)
    return .text(.ok, MetricsText.contentType, Array(text.text.utf8))
  }

  /// Under the names that every exporter uses.
  private func writeProcess(to text: inout MetricsText) async {
    do {
      let usage = try await BlockingPool.shared.run { try ProcessUsage.current() }
      text.family("process_cpu_seconds_total", .counter, "CPU time, user and system.")
      text.sample("process_cpu_seconds_total", [:], usage.cpuSeconds)
      text.single("process_resident_memory_bytes", .gauge, "Resident memory.", usage.residentBytes)
      text.single("process_open_fds", .gauge, "Open descriptors.", usage.openDescriptors)
    } catch {
      logger.debug("metrics: the kernel does not tell of this process: \(error)")
    }
  }
}

extension Response {
  fileprivate static func text(_ status: HTTPResponse.Status, _ type: String, _ bytes: [UInt8]) -> Response {
    let headers: HTTPFields = [.contentType: type, .cacheControl: "no-store"]
    return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
  }
}

extension AdminServer: CustomStringConvertible {
  public var description: String { "AdminServer(\(address.host):\(address.port))" }
}
