/// Asks for the texts and files of revisions that a client needs (MS-WUSP 2.2.2.2.6).
public enum GetExtendedUpdateInfo: StreamedOperation {
  public static let name: StaticString = "GetExtendedUpdateInfo"
  public static let responseName: StaticString = "GetExtendedUpdateInfoResponse"
  public static let service = WebService.client

  public struct Request: Hashable, Sendable {
    /// nil when it is absent or cannot be read.
    public let cookie: Cookie?
    /// nil when it is absent.
    public let revisionIDs: [Int32]?
    /// nil when it is absent: InvalidParameters (WUSP-280). Types that nobody knows here are left out.
    public let infoTypes: [FragmentType]?
    /// nil when it is absent (WUSP-281).
    public let locales: [String]?
    /// Three letters of a country; it chooses among EULAs (WUSP-287).
    public let geoID: String?

    public init(
      cookie: Cookie?, revisionIDs: [Int32]?, infoTypes: [FragmentType]?, locales: [String]?, geoID: String? = nil
    ) {
      self.cookie = cookie
      self.revisionIDs = revisionIDs
      self.infoTypes = infoTypes
      self.locales = locales
      self.geoID = geoID
    }
  }

  /// Lists without members are left out, as on real servers.
  public struct Response: Hashable, Sendable {
    /// Real servers send all of one type before the next.
    public var updates: [UpdateFragment]
    /// Each digest once.
    public var locations: [ContentLocation]
    public var outOfScopeRevisionIDs: [Int32]

    public init(
      updates: [UpdateFragment], locations: [ContentLocation] = [], outOfScopeRevisionIDs: [Int32] = []
    ) {
      self.updates = updates
      self.locations = locations
      self.outOfScopeRevisionIDs = outOfScopeRevisionIDs
    }
  }

  public static func encode(request: Request, to writer: inout XMLWriter) {
    writer.element("cookie", request.cookie)
    if let ids = request.revisionIDs { writer.elements("revisionIDs", ids) { $0.element("int", $1) } }
    if let types = request.infoTypes { writer.element("infoTypes", types) }
    if let locales = request.locales { writer.elements("locales", locales) { $0.element("string", $1) } }
    writer.elementIfPresent("GeoId", request.geoID)
  }

  public static func decodeRequest(_ element: XMLElement) throws(WireError) -> Request {
    let reader = ElementReader(element)
    return Request(
      cookie: reader.requestCookie(), revisionIDs: try reader.revisionIDsIfPresent("revisionIDs"),
      infoTypes: try reader.fragmentTypesIfPresent("infoTypes"), locales: try reader.localesIfPresent("locales"),
      geoID: try reader.text("GeoId"))
  }

  public static var longTextElement: StaticString? { "Xml" }

  public static var responseReading: ResponseReading<Response> {
    .result("GetExtendedUpdateInfoResult") { result throws(WireError) in
      Response(
        updates: try result.updateFragments(), locations: try result.contentLocations(),
        outOfScopeRevisionIDs: try result.array("OutOfScopeRevisionIDs", of: "int") { item throws(WireError) in
          try item.int32()
        })
    }
  }

  public static func stepCount(_ response: Response) -> Int { response.updates.count + 2 }

  public static func encode(step: Int, of response: Response, to writer: inout XMLWriter) {
    if step == 0 {
      writer.start("GetExtendedUpdateInfoResult")
      if !response.updates.isEmpty { writer.start("Updates") }
    } else if step <= response.updates.count {
      writer.element(response.updates[step - 1])
    } else {
      if !response.updates.isEmpty { writer.end() }
      writer.elementsIfAny("FileLocations", response.locations) { $0.element($1) }
      writer.elementIfAny("OutOfScopeRevisionIDs", response.outOfScopeRevisionIDs)
      writer.end()
    }
  }
}

extension ElementReader {
  func localesIfPresent(_ name: String) throws(WireError) -> [String]? {
    try arrayIfPresent(name, of: "string", limit: ClientRequestLimits.locales) { item throws(WireError) in
      try item.text(limit: ClientRequestLimits.text)
    }
  }
}
