import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import WireFormat

/// Sends each request that is not for content to the service that its path names.
struct FrontDoor: HTTPResponder {
  /// What is known of a request besides its bytes: whose connection it came on.
  struct Context: InitializableFromSource {
    let channel: any Channel

    init(source: ApplicationRequestContextSource) { channel = source.channel }
  }

  let endpoints: [SOAPEndpoint]
  /// nil: there is nothing at `/SelfUpdate`.
  let selfUpdate: SelfUpdateFolder?
  /// Services that are answered 403 without TLS.
  let secureServices: Set<WebService>
  let isSecure: Bool
  /// The listener speaks TLS and asks for certificates.
  let asksForCertificates: Bool

  func respond(to request: Request, context: Context) async throws -> Response {
    switch ServiceRoute(target: request.head.path ?? "") {
    case .service(let service): try await respond(to: request, context, service)
    case .selfUpdate(let names): try await selfUpdate?.respond(to: request, names: names) ?? .notFound
    case .content, .contentFolder, .contentNotFound, nil: .notFound
    }
  }

  private func respond(to request: Request, _ context: Context, _ service: WebService) async throws -> Response {
    guard let endpoint = endpoints.first(where: { $0.service == service }) else { return .notFound }
    guard isSecure || !secureServices.contains(service) else { return Response(status: .forbidden) }
    var peer = Peer(isEncrypted: isSecure)
    peer.address = context.channel.remoteAddress
    return try await Peer.$current.withValue(peer) {
      isSecure ? try await respond(to: request, context, endpoint) : try await endpoint.respond(to: request)
    }
  }

  private func respond(to request: Request, _ context: Context, _ endpoint: SOAPEndpoint) async throws -> Response {
    guard asksForCertificates, let certificate = try await PeerCertificate.of(context.channel) else {
      return try await endpoint.respond(to: request)
    }
    return try await PeerCertificate.$current.withValue(certificate) { try await endpoint.respond(to: request) }
  }
}
