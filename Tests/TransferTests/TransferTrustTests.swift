import TestSupport
import Testing
import Transfer
import UpdateModel

@Suite("Trust", .timeLimit(.minutes(5)))
struct TransferTrustTests {
  static let reply = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"
  let own = Result { try CertificateAuthority(name: "Own Root") }
  let request = HTTPRequest(
    method: "POST", url: "", headers: ["Content-Type": "text/xml"],
    body: Array("<secret-body/>".utf8))

  private func client(roots: String?, _ certificate: ClientCertificate? = nil) -> HTTPClient {
    HTTPClient(
      .with {
        $0.trustRootsFile = roots
        $0.clientCertificate = certificate
      })
  }

  private func post(to server: TLSServer, with client: HTTPClient) async throws -> [UInt8] {
    var request = request
    request.url = server.url
    return try await client.execute(request).body.collect(limit: 100)
  }

  @Test("SSS-008: a server under the configured root is trusted")
  func ownRoot() async throws {
    let authority = try own.get()
    let pair = try authority.issue("server", subject: "IP:127.0.0.1")
    let server = try TLSServer(certificate: pair.certificate, key: pair.key, reply: Self.reply)
    #expect(try await post(to: server, with: client(roots: authority.roots)) == Array("hello".utf8))
    #expect(try server.finish().contains("<secret-body/>"))
  }

  @Test(
    "SSS-008: a server under another root is refused before any of the request is sent",
    arguments: [true, false])
  func otherRoot(isConfigured: Bool) async throws {
    let pair = try own.get().issue("server", subject: "IP:127.0.0.1")
    let other = try CertificateAuthority(name: "Other Root")
    let server = try TLSServer(certificate: pair.certificate, key: pair.key, reply: Self.reply)
    let client = client(roots: isConfigured ? other.roots : nil)
    let error = await failure { try await post(to: server, with: client) }
    guard case .tlsUntrusted = error else {
      return #expect(Bool(false), "\(String(describing: error))")
    }
    #expect(error?.reaction == .giveUp)
    #expect(client.counts.sent == 0)
    let transcript = try server.finish()
    #expect(!transcript.contains("secret-body"))
    #expect(!transcript.contains("POST"))
  }

  @Test("SSS-008: a certificate for another name is refused before any of the request is sent")
  func otherName() async throws {
    let authority = try own.get()
    let pair = try authority.issue("server", subject: "DNS:elsewhere.example")
    let server = try TLSServer(certificate: pair.certificate, key: pair.key, reply: Self.reply)
    let error = await failure { try await post(to: server, with: client(roots: authority.roots)) }
    guard case .tlsUntrusted = error else {
      return #expect(Bool(false), "\(String(describing: error))")
    }
    #expect(try !server.finish().contains("POST"))
  }

  @Test("a configured root that cannot be read is an error, not trust in the system's roots")
  func missingRoots() async throws {
    let authority = try own.get()
    let pair = try authority.issue("server", subject: "IP:127.0.0.1")
    let server = try TLSServer(certificate: pair.certificate, key: pair.key, reply: Self.reply)
    let error = await failure {
      try await post(to: server, with: client(roots: authority.folder.path("none.pem")))
    }
    guard case .tlsUntrusted = error else {
      return #expect(Bool(false), "\(String(describing: error))")
    }
  }

  @Test("a client certificate is shown to a server that asks for one")
  func clientCertificate() async throws {
    let authority = try own.get()
    let pair = try authority.issue("server", subject: "IP:127.0.0.1")
    let mine = try authority.issue("branch", subject: "DNS:branch.example", purpose: "clientAuth")
    let server = try TLSServer(
      certificate: pair.certificate, key: pair.key, reply: Self.reply,
      more: ["-Verify", "1", "-CAfile", authority.roots])
    let certificate = ClientCertificate(certificateFile: mine.certificate, keyFile: mine.key)
    #expect(
      try await post(to: server, with: client(roots: authority.roots, certificate))
        == Array("hello".utf8))
    #expect(try server.finish().contains("CN = branch"))
  }
}
