public import UpdateModel

/// Where a client finds the bytes of a file (MS-WUSP 2.2.2.2.6, 2.2.2.2.10).
public struct ContentLocation: Hashable, Sendable {
  public let digest: FileDigest
  /// Absolute.
  public let url: String
  /// `SHA1`, only in the answer to GetExtendedUpdateInfo2 (WUSP-301).
  public let digestAlgorithm: String?
  /// JSON with the key of an encrypted file: a secret (WUSP-303).
  public let decryptionInformation: String?
  /// The digest of the file as it travels, when it is encrypted.
  public let encryptedDigest: [UInt8]?
  public let encryptedDigestAlgorithm: String?

  public init(
    digest: FileDigest, url: String, digestAlgorithm: String? = nil, decryptionInformation: String? = nil,
    encryptedDigest: [UInt8]? = nil, encryptedDigestAlgorithm: String? = nil
  ) {
    self.digest = digest
    self.url = url
    self.digestAlgorithm = digestAlgorithm
    self.decryptionInformation = decryptionInformation
    self.encryptedDigest = encryptedDigest
    self.encryptedDigestAlgorithm = encryptedDigestAlgorithm
  }
}

extension ContentLocation: CustomStringConvertible {
  /// Never shows the key.
  public var description: String { "\(digest) at \(url)" }
}

extension XMLWriter {
  mutating func element(_ location: ContentLocation) {
    start("FileLocation")
    element("FileDigest", base64: location.digest.bytes)
    element("Url", location.url)
    elementIfPresent("DecryptionInformation", location.decryptionInformation)
    elementIfPresent("FileDigestAlgorithm", location.digestAlgorithm)
    if let digest = location.encryptedDigest { element("EncryptedFileDigest", base64: digest) }
    elementIfPresent("EncryptedFileDigestAlgorithm", location.encryptedDigestAlgorithm)
    end()
  }
}

extension ElementReader {
  func contentLocations() throws(WireError) -> [ContentLocation] {
    try array("FileLocations", of: "FileLocation") { item throws(WireError) in
      ContentLocation(
        digest: try item.read("FileDigest") { digest throws(WireError) in try digest.digest() },
        url: try item.read("Url") { url throws(WireError) in try url.string() },
        digestAlgorithm: try item.string("FileDigestAlgorithm"),
        decryptionInformation: try item.string("DecryptionInformation"),
        encryptedDigest: try item.base64IfPresent("EncryptedFileDigest"),
        encryptedDigestAlgorithm: try item.string("EncryptedFileDigestAlgorithm"))
    }
  }
}
