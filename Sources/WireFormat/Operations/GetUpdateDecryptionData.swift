public import UpdateModel

/// Fetches the keys of encrypted files (MS-WSUSSS 3.1.4.18).
public enum GetUpdateDecryptionData: Operation {
  public static let name: StaticString = "GetUpdateDecryptionData"
  public static let responseName: StaticString = "GetUpdateDecryptionDataResponse"
  public static let service = WebService.serverSync

  /// The same parameters as those of GetUpdateData.
  public typealias Request = GetUpdateData.Request

  /// The key of one file.
  public struct FileKey: Hashable, Sendable {
    public let digest: FileDigest
    /// nil for files that are not encrypted (SSS-191).
    public let decryptionKey: [UInt8]?

    public init(digest: FileDigest, decryptionKey: [UInt8]?) {
      self.digest = digest
      self.decryptionKey = decryptionKey
    }
  }

  /// The keys of one revision.
  public struct UpdateKeys: Hashable, Sendable {
    public let identity: UpdateIdentity
    public let files: [FileKey]

    public init(identity: UpdateIdentity, files: [FileKey]) {
      self.identity = identity
      self.files = files
    }
  }

  public struct Response: Hashable, Sendable {
    public let updates: [UpdateKeys]

    public init(updates: [UpdateKeys]) { self.updates = updates }
  }

  public static func encode(request: Request, to writer: inout XMLWriter) {
    GetUpdateData.encode(request: request, to: &writer)
  }

  public static func encode(response: Response, to writer: inout XMLWriter) {
    writer.start("GetUpdateDecryptionDataResult")
    writer.elements("UpdateFileDecryptionData", response.updates) { writer, update in
      writer.start("ServerSyncUpdateFileDecryption")
      writer.element("UpdateId", update.identity)
      writer.elements("FileDecryptionData", update.files) { writer, file in
        writer.start("ServerSyncFileDecryption")
        writer.element("FileDigest", base64: file.digest.bytes)
        if let key = file.decryptionKey { writer.element("DecryptionKey", base64: key) }
        writer.end()
      }
      writer.end()
    }
    writer.end()
  }

  public static func decodeRequest(_ element: XMLElement) throws(WireError) -> Request {
    try GetUpdateData.decodeRequest(element)
  }

  public static var responseReading: ResponseReading<Response> {
    .result("GetUpdateDecryptionDataResult") { result throws(WireError) in
      Response(
        updates: try result.array("UpdateFileDecryptionData", of: "ServerSyncUpdateFileDecryption") {
          item throws(WireError) in
          UpdateKeys(
            identity: try item.read("UpdateId") { id throws(WireError) in try id.identity() },
            files: try item.array("FileDecryptionData", of: "ServerSyncFileDecryption") { file throws(WireError) in
              FileKey(
                digest: try file.read("FileDigest") { digest throws(WireError) in try digest.digest() },
                decryptionKey: try file.base64IfPresent("DecryptionKey"))
            })
        })
    }
  }
}
