public import UpdateModel

/// Unused by any DSS; a USS answers with nothing (MS-WSUSSS 3.1.4.9, AMB-16).
public enum GetRelatedRevisionsForUpdates: Operation {
  public static let name: StaticString = "GetRelatedRevisionsForUpdates"
  public static let responseName: StaticString = "GetRelatedRevisionsForUpdatesResponse"
  public static let service = WebService.serverSync

  public struct Request: Hashable, Sendable {
    public let cookie: Cookie?
    public let updateIDs: [GUID]?

    public init(cookie: Cookie?, updateIDs: [GUID]?) {
      self.cookie = cookie
      self.updateIDs = updateIDs
    }
  }

  public struct Response: Hashable, Sendable {
    public let identities: [UpdateIdentity]

    public init(identities: [UpdateIdentity] = []) { self.identities = identities }
  }

  public static func encode(request: Request, to writer: inout XMLWriter) {
    writer.element("cookie", request.cookie)
    guard let updateIDs = request.updateIDs else { return }
    writer.elements("updateIDs", updateIDs) { $0.element("guid", $1) }
  }

  public static func encode(response: Response, to writer: inout XMLWriter) {
    writer.elements("GetRelatedRevisionsForUpdatesResult", response.identities) { $0.element("UpdateIdentity", $1) }
  }

  public static func decodeRequest(_ element: XMLElement) throws(WireError) -> Request {
    let reader = ElementReader(element)
    return Request(
      cookie: reader.requestCookie(),
      updateIDs: try reader.arrayIfPresent("updateIDs", of: "guid") { item throws(WireError) in try item.guid() })
  }

  public static var responseReading: ResponseReading<Response> {
    .tree { root throws(WireError) in
      Response(
        identities: try ElementReader(root).array(
          "GetRelatedRevisionsForUpdatesResult", of: "UpdateIdentity"
        ) { item throws(WireError) in try item.identity() })
    }
  }
}
