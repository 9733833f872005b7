import Foundation
import TestSupport

/// A certificate authority for one test, made with the openssl command.
struct TestAuthority: Sendable {
  let folder: TemporaryDirectory
  var roots: String { folder.path("root.pem") }

  init(name: String) throws {
    folder = try TemporaryDirectory()
    try call(
      ["req", "-x509"] + Self.newKey + ["-days", "2", "-subj", "/CN=\(name)"]
        + ["-keyout", folder.path("root.key"), "-out", roots])
  }

  private static let newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]

  /// A certificate for 127.0.0.1.
  func identity() throws -> TLSServerIdentity {
    let extensions = "subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth\n"
    let file = try folder.write(Array(extensions.utf8), to: "server.ext")
    let (key, request, certificate) = (folder.path("server.key"), folder.path("server.csr"), folder.path("server.pem"))
    try call(["req"] + Self.newKey + ["-subj", "/CN=127.0.0.1", "-keyout", key, "-out", request])
    try call(
      ["x509", "-req", "-in", request, "-CA", roots, "-CAkey", folder.path("root.key"), "-CAcreateserial"]
        + ["-days", "2", "-extfile", file, "-out", certificate])
    return try TLSServerIdentity(certificate: certificate, key: key)
  }

  struct Failed: Error { let words: String }

  private func call(_ arguments: [String]) throws {
    let made = try ChildProcess.run("openssl", arguments)
    guard made.ending == .exited(0) else { throw Failed(words: made.errors) }
  }
}
