import Foundation
import TestSupport
import UpdateModel
import WireFormat

/// Answers of a server that is not ours.
enum Replies {
  private static let later = Timestamp(year: 2027, month: 1, day: 1)
  private static let someCookie = Cookie(expiration: later, encryptedData: [1, 2, 3])

  private static func reply<Op: WireOperation>(_ operation: Op.Type, _ response: Op.Response) -> ScriptedReply {
    .bytes(SOAPReply.encode(operation, response, version: .v11), type: "text/xml; charset=utf-8")
  }

  static let config = config(serviceURL: "SimpleAuthWebService/SimpleAuth.asmx")

  static func config(serviceURL: String) -> ScriptedReply {
    reply(
      GetClientConfig.self,
      .init(
        lastChange: Timestamp(year: 2026, month: 1, day: 1), isRegistrationRequired: true,
        plugIns: [.init(plugInID: AuthorizationCookie.simpleTargeting, serviceURL: serviceURL)], properties: []))
  }

  static let authorization = reply(
    GetClientAuthorizationCookie.self, AuthorizationCookie(plugInID: "SimpleTargeting", cookieData: [9]))
  static let cookie = reply(GetClientCookie.self, someCookie)
  static let registered = reply(RegisterComputer.self, .init())
  static let refreshed = reply(RefreshCache.self, .init(results: []))
  /// Nothing new.
  static let nothing = reply(SyncUpdates.self, SyncInfo(newCookie: someCookie, isDriverSyncNotNeeded: true))

  /// A handshake, then this place for the file that is asked for.
  static func locating(_ url: String, _ request: RecordedRequest) -> ScriptedReply {
    switch request["SOAPAction"]?.split(separator: "/").last.map({ String($0.dropLast()) }) {
    case "GetConfig": return config
    case "GetAuthorizationCookie": return authorization
    case "GetCookie": return cookie
    case "RegisterComputer": return registered
    default:
      let text = request.bodyText.split(separator: "base64Binary>")[1].prefix { $0 != "<" }
      let digest = Data(base64Encoded: String(text)).flatMap { FileDigest(bytes: Array($0)) }
      let locations = digest.map { [ContentLocation(digest: $0, url: url)] } ?? []
      return reply(GetFileLocations.self, .init(locations: locations))
    }
  }

  static func fault(_ code: String) -> ScriptedReply {
    .text(
      """
      <s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultcode>s:Client</faultcode>\
      <faultstring>Fault occurred</faultstring><detail><ErrorCode>\(code)</ErrorCode></detail></s:Fault></s:Body>\
      </s:Envelope>
      """, status: 500, type: "text/xml; charset=utf-8")
  }

  /// An answer to SyncUpdates with this inside.
  static func sync(_ result: String) -> ScriptedReply {
    raw(
      """
      <s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><SyncUpdatesResponse \
      xmlns="http://www.microsoft.com/SoftwareDistribution/Server/ClientWebService"><SyncUpdatesResult>\(result)\
      </SyncUpdatesResult></SyncUpdatesResponse></s:Body></s:Envelope>
      """)
  }

  static func raw(_ text: String) -> ScriptedReply { .text(text, type: "text/xml; charset=utf-8") }
}
