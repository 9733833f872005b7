import HTTPTypes
import Hummingbird
import HummingbirdCore

/// Sends each request to the service that its path names.
struct FrontDoor: HTTPResponder {
  /// What the framework knows of a request besides its bytes: nothing that is needed here.
  struct Context: InitializableFromSource {
    init(source: ApplicationRequestContextSource) {}
  }

  let endpoints: [SOAPEndpoint]
  let content: ContentService

  func respond(to request: Request, context: Context) async throws -> Response {
    switch ServiceRoute(target: request.head.path ?? "") {
    case .service(let service):
      guard let endpoint = endpoints.first(where: { $0.service == service }) else { return .notFound }
      return try await endpoint.respond(to: request)
    case .content(let path): return try await content.respond(to: path, request: request)
    case .contentNotFound, nil: return .notFound
    }
  }
}
