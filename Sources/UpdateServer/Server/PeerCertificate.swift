import HummingbirdCore
import NIOCore
import NIOSSL

/// The certificate that a client showed and that was verified against the configured roots.
struct PeerCertificate: Hashable, Sendable {
  /// The client of the request that is being answered; nil without TLS or without a certificate.
  @TaskLocal static var current: PeerCertificate?

  /// DER.
  let bytes: [UInt8]

  /// What the client at the other end of `channel` showed in the handshake.
  static func of(_ channel: any Channel) async throws -> PeerCertificate? {
    guard let certificate = try await channel.nioSSL_peerCertificate().get() else { return nil }
    return PeerCertificate(bytes: try certificate.toDERBytes())
  }
}
