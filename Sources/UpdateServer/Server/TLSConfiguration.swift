/// How an ``UpdateServer`` speaks HTTPS.
public struct TLSConfiguration: Hashable, Sendable {
  /// Whether clients show a certificate.
  public enum ClientCertificates: String, Hashable, Sendable, CaseIterable {
    /// Not asked for.
    case none
    /// One that is shown must be good.
    case optional
    /// Nobody is served without a good one.
    case required
  }

  /// 0 lets the system choose; ``UpdateServer`` tells the number when it listens.
  public var port: Int
  /// Path of a PEM file: the server's certificate first, then those of its issuers.
  public var certificateChain: String
  /// Path of a PEM file with the private key, without a password.
  public var privateKey: String
  public var clientCertificates: ClientCertificates
  /// Path of a PEM file with the roots that clients' certificates must come from; needed unless none are asked for.
  public var clientRoots: String?

  public init(
    port: Int = 8531, certificateChain: String, privateKey: String, clientCertificates: ClientCertificates = .none,
    clientRoots: String? = nil
  ) {
    self.port = port
    self.certificateChain = certificateChain
    self.privateKey = privateKey
    self.clientCertificates = clientCertificates
    self.clientRoots = clientRoots
  }
}
