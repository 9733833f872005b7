public import UpdateModel

/// Lists what is new since an anchor, in one answer without pages (MS-WSUSSS 3.1.4.5).
public enum GetRevisionIdList: StreamedOperation {
  public static let name: StaticString = "GetRevisionIdList"
  public static let responseName: StaticString = "GetRevisionIdListResponse"
  public static let service = WebService.serverSync

  public struct Request: Hashable, Sendable {
    /// nil when it is absent or cannot be read.
    public let cookie: Cookie?
    /// nil when it is absent: InvalidParameters.
    public let filter: RevisionFilter?

    public init(cookie: Cookie?, filter: RevisionFilter?) {
      self.cookie = cookie
      self.filter = filter
    }
  }

  public typealias Response = RevisionIDList

  public static func encode(request: Request, to writer: inout XMLWriter) {
    writer.element("cookie", request.cookie)
    if let filter = request.filter { writer.element("filter", filter) }
  }

  public static func decodeRequest(_ element: XMLElement) throws(WireError) -> Request {
    let reader = ElementReader(element)
    return Request(
      cookie: reader.requestCookie(),
      filter: try reader.readIfPresent("filter") { filter throws(WireError) in try filter.revisionFilter() })
  }

  public static var responseReading: ResponseReading<Response> {
    ResponseReading { RevisionIDListReader() }
  }

  private static let identitiesPerStep = 64

  public static func stepCount(_ response: Response) -> Int {
    2 + (response.identities.count + identitiesPerStep - 1) / identitiesPerStep
  }

  /// `Anchor` before `NewRevisions`; both always present (SSS-137).
  public static func encode(step: Int, of response: Response, to writer: inout XMLWriter) {
    if step == 0 {
      writer.start("GetRevisionIdListResult")
      writer.element("Anchor", response.anchor.text)
      writer.start("NewRevisions")
    } else if step == stepCount(response) - 1 {
      writer.end()
      writer.end()
    } else {
      let first = (step - 1) * identitiesPerStep
      for identity in response.identities[first..<min(first + identitiesPerStep, response.identities.count)] {
        writer.element("UpdateIdentity", identity)
      }
    }
  }
}

extension XMLWriter {
  /// `DssProtocolVersion` is never written (SSS-128).
  fileprivate mutating func element(_ name: StaticString, _ filter: RevisionFilter) {
    start(name)
    if let anchor = filter.anchor { element("Anchor", anchor.text) }
    element("GetConfig", filter.isConfiguration)
    if let only = filter.is63LanguagesOnly { element("Get63LanguageOnly", only) }
    if !filter.categories.isEmpty { elements("Categories", filter.categories) { $0.element($1) } }
    if !filter.classifications.isEmpty { elements("Classifications", filter.classifications) { $0.element($1) } }
    if let languages = filter.languages { elements("Languages", languages) { $0.element($1) } }
    end()
  }

  private mutating func element(_ entry: RevisionFilter.Entry) {
    start("IdAndDelta")
    element("Id", entry.id)
    element("Delta", entry.isDelta)
    end()
  }

  private mutating func element(_ language: RevisionFilter.Language) {
    start("LanguageAndDelta")
    element("Id", language.languageID)
    element("Delta", language.isDelta)
    end()
  }
}

extension ElementReader {
  /// An empty anchor is no anchor (SSS-132).
  fileprivate func revisionFilter() throws(WireError) -> RevisionFilter {
    RevisionFilter(
      anchor: nonEmpty("Anchor").map { SyncAnchor($0) }, isConfiguration: try bool("GetConfig"),
      is63LanguagesOnly: try readIfPresent("Get63LanguageOnly") { flag throws(WireError) in try flag.bool() },
      categories: try filterEntries("Categories"), classifications: try filterEntries("Classifications"),
      languages: try arrayIfPresent("Languages", of: "LanguageAndDelta") { item throws(WireError) in
        RevisionFilter.Language(languageID: try item.int32("Id"), isDelta: try item.bool("Delta"))
      })
  }

  private func filterEntries(_ name: String) throws(WireError) -> [RevisionFilter.Entry] {
    try array(name, of: "IdAndDelta") { item throws(WireError) in
      RevisionFilter.Entry(id: try item.guid("Id"), isDelta: try item.bool("Delta"))
    }
  }
}
