public import UpdateModel

/// The metadata of a revision as it travels (MS-WSUSSS 3.1.4.6.3.3).
public enum MetadataBlob: Hashable, Sendable {
  /// The document in UTF-8, without XML declaration.
  case plain([UInt8])
  /// A Cabinet with one member that holds the document (AMB-18).
  case cabinet([UInt8])
}

/// One revision in the answer to GetUpdateData.
public struct UpdateDocument: Hashable, Sendable {
  public let identity: UpdateIdentity
  public let blob: MetadataBlob
  /// The SHA-1 of each content file.
  public let fileDigests: [FileDigest]

  public init(identity: UpdateIdentity, blob: MetadataBlob, fileDigests: [FileDigest] = []) {
    self.identity = identity
    self.blob = blob
    self.fileDigests = fileDigests
  }
}

/// Fetches the metadata of listed revisions (MS-WSUSSS 3.1.4.6).
public enum GetUpdateData: StreamedOperation {
  public static let name: StaticString = "GetUpdateData"
  public static let responseName: StaticString = "GetUpdateDataResponse"
  public static let service = WebService.serverSync

  public struct Request: Hashable, Sendable {
    /// nil when it is absent or cannot be read.
    public let cookie: Cookie?
    /// nil when the array is absent: InvalidParameters (SSS-150).
    public let identities: [UpdateIdentity]?

    public init(cookie: Cookie?, identities: [UpdateIdentity]?) {
      self.cookie = cookie
      self.identities = identities
    }
  }

  public struct Response: Hashable, Sendable {
    /// May hold fewer than were asked for (AMB-17).
    public var updates: [UpdateDocument]
    public var locations: [FileLocation]

    public init(updates: [UpdateDocument], locations: [FileLocation]) {
      self.updates = updates
      self.locations = locations
    }
  }

  public static func encode(request: Request, to writer: inout XMLWriter) {
    writer.element("cookie", request.cookie)
    guard let identities = request.identities else { return }
    writer.elements("updateIds", identities) { $0.element("UpdateIdentity", $1) }
  }

  public static func decodeRequest(_ element: XMLElement) throws(WireError) -> Request {
    let reader = ElementReader(element)
    return Request(
      cookie: reader.requestCookie(),
      identities: try reader.arrayIfPresent("updateIds", of: "UpdateIdentity") { item throws(WireError) in
        try item.identity()
      })
  }

  public static var longTextElement: StaticString? { "XmlUpdateBlob" }

  public static var responseReading: ResponseReading<Response> { ResponseReading { UpdateDataReader() } }

  /// Each digest once: a second location of a file makes some readers fail.
  public static func prepared(_ response: Response) -> Response {
    var seen = Set<FileDigest>()
    var prepared = response
    prepared.locations = response.locations.filter { seen.insert($0.digest).inserted }
    return prepared
  }

  public static func stepCount(_ response: Response) -> Int {
    3 + response.updates.count + response.locations.count
  }

  /// `updates` and `fileUrls` are always present (SSS-159).
  public static func encode(step: Int, of response: Response, to writer: inout XMLWriter) {
    let updates = response.updates.count
    if step == 0 {
      writer.start("GetUpdateDataResult")
      writer.start("updates")
    } else if step <= updates {
      writer.element(response.updates[step - 1])
    } else if step == updates + 1 {
      writer.end()
      writer.start("fileUrls")
    } else if step < stepCount(response) - 1 {
      writer.element(response.locations[step - updates - 2])
    } else {
      writer.end()
      writer.end()
    }
  }
}

extension XMLWriter {
  /// Exactly one blob (SSS-153); no `FileDigestList` without files (SSS-154).
  fileprivate mutating func element(_ update: UpdateDocument) {
    start("ServerSyncUpdateData")
    element("Id", update.identity)
    if case .plain(let document) = update.blob {
      start("XmlUpdateBlob")
      text(utf8: document)
      end()
    }
    if !update.fileDigests.isEmpty {
      elements("FileDigestList", update.fileDigests) { $0.element("base64Binary", base64: $1.bytes) }
    }
    if case .cabinet(let cabinet) = update.blob { element("XmlUpdateBlobCompressed", base64: cabinet) }
    end()
  }

  /// `UssUrl` is not sent (SSS-157), `MUUrl` only when it is known (SSS-156).
  fileprivate mutating func element(_ location: FileLocation) {
    start("ServerSyncUrlData")
    element("FileDigest", base64: location.digest.bytes)
    if let muURL = location.muURL { element("MUUrl", muURL) }
    if let key = location.decryptionKey { element("DecryptionKey", base64: key) }
    end()
  }
}
