import Foundation
import TestSupport

/// A certificate authority of its own, and servers that show its certificates. Made with the openssl command.
struct CertificateAuthority {
  let folder: TemporaryDirectory

  var roots: String { folder.path("root.pem") }

  init(name: String) throws {
    folder = try TemporaryDirectory()
    try Self.openssl(
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
      "2", "-subj",
      "/CN=\(name)", "-keyout", folder.path("root.key"), "-out", roots)
  }

  /// Issues `<name>.pem` and `<name>.key` for an address or a name.
  func issue(_ name: String, subject: String, purpose: String = "serverAuth") throws -> (
    certificate: String, key: String
  ) {
    let (key, request, certificate) = (
      folder.path(name + ".key"), folder.path(name + ".csr"), folder.path(name + ".pem")
    )
    let extensions = "subjectAltName=\(subject)\nextendedKeyUsage=\(purpose)\n"
    let file = try folder.write(Array(extensions.utf8), to: name + ".ext")
    try Self.openssl(
      "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
      "/CN=\(name)", "-keyout", key,
      "-out", request)
    try Self.openssl(
      "x509", "-req", "-in", request, "-CA", roots, "-CAkey", folder.path("root.key"),
      "-CAcreateserial", "-days", "2",
      "-extfile", file, "-out", certificate)
    return (certificate, key)
  }

  struct Failed: Error { let words: String }

  private static func openssl(_ arguments: String...) throws {
    let made = try ChildProcess.run("openssl", arguments)
    guard made.ending == .exited(0) else { throw Failed(words: made.errors) }
  }
}

/// `openssl s_server`: prints what clients send it, and sends them one fixed reply.
final class TLSServer {
  let port: String
  private let process: ChildProcess
  private let input: FileHandle
  private let output: FileHandle
  private var transcript: Data

  /// - Parameter reply: sent to each client as soon as its session stands.
  init(certificate: String, key: String, reply: String = "", more: [String] = []) throws {
    let (received, input) = try ChildProcess.pipe()
    let (output, sent) = try ChildProcess.pipe()
    (self.input, self.output) = (input, output)
    process = try ChildProcess(
      "openssl",
      ["s_server", "-accept", "127.0.0.1:0", "-cert", certificate, "-key", key, "-naccept", "1"] + more,
      input: received, output: sent, errors: sent)
    try received.close()
    try sent.close()
    transcript = Data()
    while true {
      let piece = output.availableData
      transcript += piece
      let text = String(decoding: transcript, as: UTF8.self)
      if let line = text.split(separator: "\n").first(where: { $0.hasPrefix("ACCEPT") }),
        text.hasSuffix("\n")
      {
        port = String(line.split(separator: ":").last ?? "0")
        break
      }
      guard !piece.isEmpty else { throw CertificateAuthority.Failed(words: "s_server: \(text)") }
    }
    if !reply.isEmpty { try input.write(contentsOf: Data(reply.utf8)) }
  }

  var url: String { "https://127.0.0.1:\(port)/service" }

  /// All that the server has printed, when its only client is gone.
  func finish() throws -> String {
    try input.close()
    if let rest = try output.readToEnd() { transcript += rest }
    _ = process.waitUntilExit()
    return String(decoding: transcript, as: UTF8.self)
  }

  deinit { process.send(SIGTERM) }
}
