public import UpdateModel

/// One round of a scan: what the client has, and what it needs besides (MS-WUSP 2.2.2.2.4).
public enum SyncUpdates: StreamedOperation {
  public static let name: StaticString = "SyncUpdates"
  public static let responseName: StaticString = "SyncUpdatesResponse"
  public static let service = WebService.client

  public struct Request: Hashable, Sendable {
    /// nil when it is absent or cannot be read.
    public let cookie: Cookie?
    /// nil when it is absent: InvalidParameters (WUSP-172).
    public let parameters: Parameters?

    public init(cookie: Cookie?, parameters: Parameters?) {
      self.cookie = cookie
      self.parameters = parameters
    }
  }

  /// `SyncUpdateParameters`. An absent list of numbers is an empty one; so it is written.
  public struct Parameters: Hashable, Sendable {
    /// Means nothing (WUSP-175).
    public var isExpressQuery = false
    /// Revisions that are installed and no leaves; one may come twice.
    public var installedNonLeafUpdateIDs: [Int32] = []
    /// All other revisions but drivers.
    public var otherCachedUpdateIDs: [Int32] = []
    /// nil when it is absent or nil on the wire (WUSP-022, WUSP-174).
    public var systemSpec: [Device]?
    public var cachedDriverIDs: [Int32] = []
    /// The driver pass.
    public var skipsSoftwareSync = false
    /// The categories that a scan is limited to.
    public var filterCategoryIDs: [GUID] = []
    public var needsTwoGroupOutOfScopeUpdates = false
    /// The hardware IDs of the computer itself, most specific first.
    public var computerHardwareIDs: [GUID] = []
    /// As `AMD64.10.0`.
    public var featureScoreMatchingKey: String?

    public init() {}
  }

  public typealias Response = SyncInfo

  public static func encode(request: Request, to writer: inout XMLWriter) {
    writer.element("cookie", request.cookie)
    if let parameters = request.parameters { writer.element("parameters", parameters) }
  }

  public static func decodeRequest(_ element: XMLElement) throws(WireError) -> Request {
    let reader = ElementReader(element)
    return Request(
      cookie: reader.requestCookie(),
      parameters: try reader.readIfPresent("parameters") { item throws(WireError) in try item.syncParameters() })
  }

  public static var longTextElement: StaticString? { "Xml" }

  public static var responseReading: ResponseReading<Response> {
    .result("SyncUpdatesResult") { result throws(WireError) in try result.syncInfo() }
  }

  public static func stepCount(_ response: Response) -> Int { response.stepCount }

  public static func encode(step: Int, of response: Response, to writer: inout XMLWriter) {
    response.encode(step: step, named: "SyncUpdatesResult", to: &writer)
  }
}

extension XMLWriter {
  fileprivate mutating func element(_ name: StaticString, _ parameters: SyncUpdates.Parameters) {
    start(name)
    element("ExpressQuery", parameters.isExpressQuery)
    elementIfAny("InstalledNonLeafUpdateIDs", parameters.installedNonLeafUpdateIDs)
    elementIfAny("OtherCachedUpdateIDs", parameters.otherCachedUpdateIDs)
    if let devices = parameters.systemSpec { elements("SystemSpec", devices) { $0.element($1) } }
    elementIfAny("CachedDriverIDs", parameters.cachedDriverIDs)
    element("SkipSoftwareSync", parameters.skipsSoftwareSync)
    elementsIfAny("FilterCategoryIds", parameters.filterCategoryIDs) { writer, id in
      writer.start("CategoryIdentifier")
      writer.element("Id", id)
      writer.end()
    }
    if parameters.needsTwoGroupOutOfScopeUpdates { element("NeedTwoGroupOutOfScopeUpdates", true) }
    if !parameters.computerHardwareIDs.isEmpty {
      start("ComputerSpec")
      elementIfAny("HardwareIDs", parameters.computerHardwareIDs)
      end()
    }
    elementIfPresent("FeatureScoreMatchingKey", parameters.featureScoreMatchingKey)
    end()
  }
}

extension ElementReader {
  fileprivate func syncParameters() throws(WireError) -> SyncUpdates.Parameters {
    var parameters = SyncUpdates.Parameters()
    parameters.isExpressQuery = try boolIfPresent("ExpressQuery") ?? false
    parameters.installedNonLeafUpdateIDs = try revisionIDsIfPresent("InstalledNonLeafUpdateIDs") ?? []
    parameters.otherCachedUpdateIDs = try revisionIDsIfPresent("OtherCachedUpdateIDs") ?? []
    parameters.systemSpec = try arrayIfPresent("SystemSpec", of: "Device", limit: ClientRequestLimits.devices) {
      item throws(WireError) in try item.device()
    }
    parameters.cachedDriverIDs = try revisionIDsIfPresent("CachedDriverIDs") ?? []
    parameters.skipsSoftwareSync = try boolIfPresent("SkipSoftwareSync") ?? false
    parameters.filterCategoryIDs = try array(
      "FilterCategoryIds", of: "CategoryIdentifier", limit: ClientRequestLimits.categories
    ) { item throws(WireError) in try item.guid("Id") }
    parameters.needsTwoGroupOutOfScopeUpdates = try boolIfPresent("NeedTwoGroupOutOfScopeUpdates") ?? false
    parameters.computerHardwareIDs =
      try readIfPresent("ComputerSpec") { spec throws(WireError) in
        try spec.guids("HardwareIDs", limit: ClientRequestLimits.devices)
      } ?? []
    parameters.featureScoreMatchingKey = try text("FeatureScoreMatchingKey")
    return parameters
  }
}
