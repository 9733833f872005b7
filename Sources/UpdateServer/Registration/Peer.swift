import HTTPTypes
import NIOCore
import Sealing
import UpdateModel
import WireFormat

/// What a connection and the head of a request prove about the caller, besides what the message says.
struct Peer: Hashable, Sendable {
  /// The caller of the request that is being answered.
  @TaskLocal static var current = Peer()

  var isEncrypted = false
  /// DER of a certificate that the TLS listener verified; nil without one.
  var certificate: [UInt8]?
  var credentials: BasicCredentials?
  /// The Host of the request as it came.
  var host: String?
  /// Where the connection comes from.
  var address: SocketAddress?

  /// Without the port; nil for what is no Internet address.
  var addressText: String? { address?.ipAddress }

  /// - Throws: ``SealingError`` when the library cannot hash.
  func certificateDigest() throws -> SHA256Digest? {
    guard let certificate else { return nil }
    return try FileDigester.digests(of: certificate).sha256
  }
}

/// `Authorization: Basic` (RFC 7617).
struct BasicCredentials: Hashable, Sendable {
  let name: String
  let password: String

  static let maximumBytes = 1_024

  /// - Returns: nil for another scheme and for what cannot be read.
  init?(header: String?) {
    guard let header, header.utf8.count <= Self.maximumBytes else { return nil }
    let words = header.split(separator: " ", omittingEmptySubsequences: true)
    guard words.count == 2, words[0].lowercased() == "basic", let bytes = Base64.decode(words[1].utf8),
      let text = String(validating: bytes, as: UTF8.self), let colon = text.firstIndex(of: ":")
    else { return nil }
    name = String(text[..<colon])
    password = String(text[text.index(after: colon)...])
  }
}
