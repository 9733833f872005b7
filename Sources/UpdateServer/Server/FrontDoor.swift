import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore

/// Sends each request that is not for content to the service that its path names.
struct FrontDoor: HTTPResponder {
  /// What is known of a request besides its bytes: whose connection it came on.
  struct Context: InitializableFromSource {
    let channel: any Channel

    init(source: ApplicationRequestContextSource) { channel = source.channel }
  }

  let endpoints: [SOAPEndpoint]
  let isSecure: Bool
  /// The listener speaks TLS and asks for certificates.
  let asksForCertificates: Bool

  func respond(to request: Request, context: Context) async throws -> Response {
    guard case .service(let service) = ServiceRoute(target: request.head.path ?? ""),
      let endpoint = endpoints.first(where: { $0.service == service })
    else { return .notFound }
    guard isSecure else { return try await endpoint.respond(to: request) }
    return try await Peer.$current.withValue(Peer(isEncrypted: true)) {
      try await respond(to: request, context, endpoint)
    }
  }

  private func respond(to request: Request, _ context: Context, _ endpoint: SOAPEndpoint) async throws -> Response {
    guard asksForCertificates, let certificate = try await PeerCertificate.of(context.channel) else {
      return try await endpoint.respond(to: request)
    }
    return try await PeerCertificate.$current.withValue(certificate) { try await endpoint.respond(to: request) }
  }
}
