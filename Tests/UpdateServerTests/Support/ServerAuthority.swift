import Foundation
import TestSupport

@testable import UpdateServer

/// A certificate authority for one test, made with the openssl command.
struct ServerAuthority {
  struct Failed: Error { let words: String }

  let folder: TemporaryDirectory

  var roots: String { folder.path("root.pem") }

  init() throws {
    folder = try TemporaryDirectory()
    try openssl(
      ["req", "-x509"] + Self.newKey + ["-days", "2", "-subj", "/CN=root", "-keyout", folder.path("root.key")]
        + ["-out", roots])
  }

  private static let newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]

  /// Writes `NAME.pem` and `NAME.key`, good for 127.0.0.1, over older ones.
  func issue(_ name: String, as subject: String? = nil) throws {
    let extensions = "subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n"
    let file = try folder.write(Array(extensions.utf8), to: name + ".ext")
    let request = folder.path(name + ".csr")
    try openssl(
      ["req"] + Self.newKey + ["-subj", "/CN=\(subject ?? name)", "-keyout", folder.path(name + ".key")]
        + ["-out", request])
    try openssl(
      ["x509", "-req", "-in", request, "-CA", roots, "-CAkey", folder.path("root.key"), "-CAcreateserial"]
        + ["-days", "2", "-extfile", file, "-out", folder.path(name + ".pem")])
  }

  /// Issues a certificate and names it for a server.
  func configuration(_ name: String, clients: TLSConfiguration.ClientCertificates = .none) throws -> TLSConfiguration {
    try issue(name)
    return TLSConfiguration(
      port: 0, certificateChain: folder.path(name + ".pem"), privateKey: folder.path(name + ".key"),
      clientCertificates: clients, clientRoots: clients == .none ? nil : roots)
  }

  private func openssl(_ arguments: [String]) throws {
    let made = try ChildProcess.run("openssl", arguments)
    guard made.ending == .exited(0) else { throw Failed(words: made.errors) }
  }
}
