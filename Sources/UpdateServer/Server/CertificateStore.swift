import NIOCore
import NIOSSL
import Synchronization

/// The certificates in use. They can be exchanged while connections are open; new connections get the new ones.
final class CertificateStore: Sendable {
  private let configuration: TLSConfiguration
  private let current = Mutex<NIOSSLContext?>(nil)

  init(_ configuration: TLSConfiguration) { self.configuration = configuration }

  /// Reads the files. Blocks.
  ///
  /// - Throws: ``UpdateServerError/badCertificate(path:text:)``; what was in use stays.
  func load() throws(UpdateServerError) {
    let loaded = try makeContext()
    current.withLock { $0 = loaded }
  }

  /// Puts TLS below everything else of a new connection.
  func protect(_ channel: any Channel) throws {
    guard let context = current.withLock({ $0 }) else { throw ChannelError.ioOnClosedChannel }
    try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
  }

  private func makeContext() throws(UpdateServerError) -> NIOSSLContext {
    let chain = try reading(configuration.certificateChain) { try NIOSSLCertificate.fromPEMFile($0) }
    let key = try reading(configuration.privateKey) { try NIOSSLPrivateKey(file: $0, format: .pem) }
    var settings = NIOSSL.TLSConfiguration.makeServerConfiguration(
      certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
    settings.minimumTLSVersion = .tlsv12
    settings.applicationProtocols = ["http/1.1"]
    if configuration.clientCertificates != .none {
      settings.trustRoots = .certificates(try roots())
      settings.sendCANameList = true
      settings.certificateVerification =
        configuration.clientCertificates == .required ? .noHostnameVerification : .optionalVerification
    }
    let finished = settings
    return try reading(configuration.certificateChain) { _ in try NIOSSLContext(configuration: finished) }
  }

  private func roots() throws(UpdateServerError) -> [NIOSSLCertificate] {
    guard let path = configuration.clientRoots else {
      throw .badCertificate(path: "", text: "no file of roots for clients' certificates is configured")
    }
    return try reading(path) { try NIOSSLCertificate.fromPEMFile($0) }
  }

  private func reading<Result>(_ path: String, _ work: (String) throws -> Result) throws(UpdateServerError) -> Result {
    do { return try work(path) } catch { throw .badCertificate(path: path, text: "\(error)") }
  }
}
