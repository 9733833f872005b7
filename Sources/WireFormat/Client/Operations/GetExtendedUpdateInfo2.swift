public import UpdateModel

/// Asks for the texts, files and keys of revisions by their identities (MS-WUSP 2.2.2.2.10).
public enum GetExtendedUpdateInfo2: StreamedOperation {
  public static let name: StaticString = "GetExtendedUpdateInfo2"
  public static let responseName: StaticString = "GetExtendedUpdateInfo2Response"
  public static let service = WebService.client

  public struct Request: Hashable, Sendable {
    /// nil when it is absent or cannot be read.
    public let cookie: Cookie?
    /// nil when it is absent.
    public let updateIDs: [UpdateIdentity]?
    /// nil when it is absent. Types that nobody knows here are left out.
    public let infoTypes: [FragmentType]?
    public let locales: [String]?

    public init(cookie: Cookie?, updateIDs: [UpdateIdentity]?, infoTypes: [FragmentType]?, locales: [String]?) {
      self.cookie = cookie
      self.updateIDs = updateIDs
      self.infoTypes = infoTypes
      self.locales = locales
    }
  }

  /// The key of an encrypted file.
  public struct FileKey: Hashable, Sendable, CustomStringConvertible {
    public let digest: FileDigest
    public let decryptionKey: [UInt8]

    public init(digest: FileDigest, decryptionKey: [UInt8]) {
      self.digest = digest
      self.decryptionKey = decryptionKey
    }

    /// Never shows the key.
    public var description: String { "key of \(decryptionKey.count) bytes for \(digest)" }
  }

  public struct EncryptionDetail: Hashable, Sendable {
    public let identity: UpdateIdentity
    public let hasEncryptedFiles: Bool

    public init(identity: UpdateIdentity, hasEncryptedFiles: Bool) {
      self.identity = identity
      self.hasEncryptedFiles = hasEncryptedFiles
    }
  }

  /// Lists without members are left out, as on real servers.
  public struct Response: Hashable, Sendable {
    public var updates: [UpdateFragment]
    public var locations: [ContentLocation]
    /// Written in both forms that the specification has.
    public var keys: [FileKey]
    public var encryption: [EncryptionDetail]

    public init(
      updates: [UpdateFragment] = [], locations: [ContentLocation] = [], keys: [FileKey] = [],
      encryption: [EncryptionDetail] = []
    ) {
      self.updates = updates
      self.locations = locations
      self.keys = keys
      self.encryption = encryption
    }
  }

  public static func encode(request: Request, to writer: inout XMLWriter) {
    writer.element("cookie", request.cookie)
    if let ids = request.updateIDs { writer.elements("updateIDs", ids) { $0.element("UpdateIdentity", $1) } }
    if let types = request.infoTypes { writer.element("infoTypes", types) }
    if let locales = request.locales { writer.elements("locales", locales) { $0.element("string", $1) } }
  }

  public static func decodeRequest(_ element: XMLElement) throws(WireError) -> Request {
    let reader = ElementReader(element)
    return Request(
      cookie: reader.requestCookie(), updateIDs: try reader.identitiesIfPresent("updateIDs"),
      infoTypes: try reader.fragmentTypesIfPresent("infoTypes"), locales: try reader.localesIfPresent("locales"))
  }

  public static var longTextElement: StaticString? { "Xml" }

  public static var responseReading: ResponseReading<Response> {
    .result("GetExtendedUpdateInfo2Result") { result throws(WireError) in
      Response(
        updates: try result.updateFragments(), locations: try result.contentLocations(), keys: try result.fileKeys(),
        encryption: try result.array("UpdateEncryptionDetails", of: "UpdateEncryptionDetail") {
          item throws(WireError) in
          EncryptionDetail(
            identity: try item.read("UpdateIdentity") { id throws(WireError) in try id.identity() },
            hasEncryptedFiles: try item.bool("HasEncryptedFiles"))
        })
    }
  }

  public static func stepCount(_ response: Response) -> Int { response.updates.count + 2 }

  public static func encode(step: Int, of response: Response, to writer: inout XMLWriter) {
    if step == 0 {
      writer.start("GetExtendedUpdateInfo2Result")
      if !response.updates.isEmpty { writer.start("Updates") }
    } else if step <= response.updates.count {
      writer.element(response.updates[step - 1])
    } else {
      if !response.updates.isEmpty { writer.end() }
      writer.elementsIfAny("FileLocations", response.locations) { $0.element($1) }
      writer.elementsIfAny("FileDecryptionData", response.keys) { $0.element("FileDecryption", $1) }
      writer.elementsIfAny("FileDecryptionData2", response.keys) { $0.element("FileDecryption2", $1) }
      writer.elementsIfAny("UpdateEncryptionDetails", response.encryption) { writer, detail in
        writer.start("UpdateEncryptionDetail")
        writer.element("UpdateIdentity", detail.identity)
        writer.element("HasEncryptedFiles", detail.hasEncryptedFiles)
        writer.end()
      }
      writer.end()
    }
  }
}

extension XMLWriter {
  /// `SecurityData` has one member: the key again (WUSP-299).
  fileprivate mutating func element(_ name: StaticString, _ key: GetExtendedUpdateInfo2.FileKey) {
    start(name)
    element("FileDigest", base64: key.digest.bytes)
    element("DecryptionKey", base64: key.decryptionKey)
    elements("SecurityData", [key.decryptionKey]) { $0.element("base64Binary", base64: $1) }
    end()
  }
}

extension ElementReader {
  /// From either form.
  fileprivate func fileKeys() throws(WireError) -> [GetExtendedUpdateInfo2.FileKey] {
    let first = try fileKeys("FileDecryptionData", of: "FileDecryption")
    return first.isEmpty ? try fileKeys("FileDecryptionData2", of: "FileDecryption2") : first
  }

  private func fileKeys(_ name: String, of item: String) throws(WireError) -> [GetExtendedUpdateInfo2.FileKey] {
    try array(name, of: item) { item throws(WireError) in
      GetExtendedUpdateInfo2.FileKey(
        digest: try item.read("FileDigest") { digest throws(WireError) in try digest.digest() },
        decryptionKey: try item.read("DecryptionKey") { key throws(WireError) in try key.base64() })
    }
  }
}
