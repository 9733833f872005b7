public import UpdateModel

/// Asks for the configuration of the USS (MS-WSUSSS 3.1.4.4).
public enum GetConfigData: Operation {
  public static let name: StaticString = "GetConfigData"
  public static let responseName: StaticString = "GetConfigDataResponse"
  public static let service = WebService.serverSync

  public struct Request: Hashable, Sendable {
    /// nil when it is absent or cannot be read.
    public let cookie: Cookie?
    /// nil in the first call (SSS-111).
    public let anchor: ConfigAnchor?

    public init(cookie: Cookie?, anchor: ConfigAnchor?) {
      self.cookie = cookie
      self.anchor = anchor
    }
  }

  public typealias Response = ServerConfiguration

  public static func encode(request: Request, to writer: inout XMLWriter) {
    writer.element("cookie", request.cookie)
    if let anchor = request.anchor { writer.element("configAnchor", anchor.text) }
  }

  /// All elements, in the order of MS-WSUSSS 3.1.4.4.3.1 (AMB-06, SSS-029, SSS-114).
  public static func encode(response: Response, to writer: inout XMLWriter) {
    writer.start("GetConfigDataResult")
    writer.element("CatalogOnlySync", response.isCatalogOnly)
    writer.element("LazySync", response.isLazy)
    writer.element("ServerHostsPsfFiles", response.hostsPSFFiles)
    writer.element("MaxNumberOfUpdatesPerRequest", response.limits.updates)
    writer.element("MaxNumberOfDriverSetsPerRequest", response.limits.driverSets)
    writer.element("MaxNumberOfComputerIdsInRequest", response.limits.computerIDs)
    writer.element("MaxNumberOfPnpHardwareIdsInRequest", response.limits.pnpHardwareIDs)
    writer.element("NewConfigAnchor", response.anchor.text)
    if let version = response.protocolVersion { writer.element("ProtocolVersion", version.description) }
    writer.elements("LanguageUpdateList", response.languages) { $0.element("ServerSyncLanguageData", $1) }
    writer.element("MaxUpdatesPerRequestInGetUpdateDecryptionData", response.limits.decryptionUpdates ?? 0)
    writer.end()
  }

  public static func decodeRequest(_ element: XMLElement) throws(WireError) -> Request {
    let reader = ElementReader(element)
    return Request(cookie: reader.requestCookie(), anchor: reader.nonEmpty("configAnchor").map { ConfigAnchor($0) })
  }

  /// The limit of GetUpdateData must be there and positive (SSS-123); other limits may be
  /// missing and read as 0, but for the decryption limit, which reads as nil.
  public static var responseReading: ResponseReading<Response> {
    .result("GetConfigDataResult") { result throws(WireError) in
      Response(
        isCatalogOnly: try result.bool("CatalogOnlySync"), isLazy: try result.bool("LazySync"),
        hostsPSFFiles: try result.bool("ServerHostsPsfFiles"), limits: try limits(result),
        protocolVersion: try protocolVersion(result),
        anchor: ConfigAnchor(try result.read("NewConfigAnchor") { text throws(WireError) in try text.string() }),
        languages: try result.array("LanguageUpdateList", of: "ServerSyncLanguageData") { item throws(WireError) in
          try item.language()
        })
    }
  }

  private static func limits(_ result: ElementReader) throws(WireError) -> RequestLimits {
    let name = "MaxNumberOfUpdatesPerRequest"
    let updates = try result.int32(name)
    guard updates > 0 else {
      throw .invalidValue(WireLocation(element: name), expected: "a positive number", found: "\(updates)")
    }
    return RequestLimits(
      updates: updates, driverSets: try result.int32IfPresent("MaxNumberOfDriverSetsPerRequest") ?? 0,
      computerIDs: try result.int32IfPresent("MaxNumberOfComputerIdsInRequest") ?? 0,
      pnpHardwareIDs: try result.int32IfPresent("MaxNumberOfPnpHardwareIdsInRequest") ?? 0,
      decryptionUpdates: try result.int32IfPresent("MaxUpdatesPerRequestInGetUpdateDecryptionData"))
  }

  private static func protocolVersion(_ result: ElementReader) throws(WireError) -> ProtocolVersion? {
    guard let text = result.nonEmpty("ProtocolVersion") else { return nil }
    if let version = ProtocolVersion(text) { return version }
    throw .invalidValue(
      WireLocation(element: "ProtocolVersion"), expected: "a version x.y", found: "\"\(WireError.excerpt(text))\"")
  }
}

extension XMLWriter {
  fileprivate mutating func element(_ name: StaticString, _ language: LanguageSetting) {
    start(name)
    element("LanguageID", language.languageID)
    element("ShortLanguage", language.shortName)
    element("LongLanguage", language.longName)
    element("Enabled", language.isEnabled)
    end()
  }
}

extension ElementReader {
  fileprivate func language() throws(WireError) -> LanguageSetting {
    LanguageSetting(
      languageID: try int32("LanguageID"), shortName: try string("ShortLanguage") ?? "",
      longName: try string("LongLanguage") ?? "", isEnabled: try bool("Enabled"))
  }
}
