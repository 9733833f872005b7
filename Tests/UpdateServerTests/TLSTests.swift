import Foundation
import Sealing
import TestSupport
import Testing
import UpdateModel
import WireFormat

@testable import UpdateServer

@Suite struct TLSTests {
  private struct Answer {
    let ending: ChildProcess.Ending
    let body: Data
    let errors: String
  }

  /// Runs stock `curl` on a thread of its own.
  private static func curl(_ arguments: [String]) async throws -> Answer {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread {
        continuation.resume(
          with: Result {
            let made = try ChildProcess.run("curl", ["-sS", "--max-time", "60"] + arguments)
            return Answer(ending: made.ending, body: made.output, errors: made.errors)
          })
      }
    }
  }

  @Test(
    "WUSP-010, WUSP-374: content and services work over HTTPS, with plain HTTP beside it", arguments: ["1.2", "1.3"])
  func serves(_ version: String) async throws {
    let authority = try ServerAuthority()
    try await ServerRig.run(tls: try authority.configuration("server")) { rig async throws in
      let (path, bytes) = try await ConnectionTests.stored(rig, 3_000_000)
      let base = "https://127.0.0.1:\(rig.securePort)"
      let trust = ["--cacert", authority.roots, "--tlsv\(version)", "--tls-max", version]
      #expect(try await Self.curl(trust + [base + path]).body == Data(bytes))
      let part = try await Self.curl(trust + ["-r", "1000000-2500000", base + path])
      #expect(part.body == Data(bytes[1_000_000...2_500_000]))
      let soap = try await Self.curl(
        trust + ["-H", "Content-Type: text/xml", "--data-binary", EndpointTests.getAuthConfig]
          + [base + WebService.serverSync.path])
      #expect(String(decoding: soap.body, as: UTF8.self).contains("GetAuthConfigResponse"))
      #expect(try await rig.request("GET", path).body == bytes)
    }
  }

  @Test("TLS 1.1 is refused")
  func oldVersion() async throws {
    let authority = try ServerAuthority()
    try await ServerRig.run(tls: try authority.configuration("server")) { rig async throws in
      let answer = try await Self.curl(
        ["--cacert", authority.roots, "--tlsv1.1", "--tls-max", "1.1", "--ciphers", "DEFAULT@SECLEVEL=0"]
          + ["https://127.0.0.1:\(rig.securePort)/"])
      #expect(answer.ending != .exited(0))
    }
  }

  @Test("several ranges, HEAD and Connection: close over TLS")
  func forms() async throws {
    let authority = try ServerAuthority()
    try await ServerRig.run(tls: try authority.configuration("server")) { rig async throws in
      let (path, bytes) = try await ConnectionTests.stored(rig, 3_000_000)
      let url = "https://127.0.0.1:\(rig.securePort)\(path)"
      let trust = ["--cacert", authority.roots]
      let closed = try await Self.curl(trust + ["-H", "Connection: close", url])
      #expect(closed.ending == .exited(0))
      #expect(closed.body == Data(bytes))
      let head = try await Self.curl(trust + ["-I", url])
      #expect(String(decoding: head.body, as: UTF8.self).contains("Content-Length: 3000000"))
      let several = try await Self.curl(trust + ["-r", "0-999999,2000000-2999999", url])
      #expect(several.body.range(of: Data(bytes[0...999_999])) != nil)
      #expect(several.body.range(of: Data(bytes[2_000_000...2_999_999])) != nil)
    }
  }

  @Test(
    "SSS-382: over TLS a caller without a password is asked for one, the right one is let in, plain HTTP is refused")
  func basicAuthentication() async throws {
    let authority = try ServerAuthority()
    let account = BasicAccount(name: "dss.example", password: try PasswordHash(of: "pass:word"))
    try await ServerRig.run(
      registration: RegistrationPolicy(.open, authentication: .basic([account])),
      tls: try authority.configuration("server")
    ) { rig async throws in
      let message = SOAPRequest.encode(
        GetAuthorizationCookie.self,
        .init(accountName: "dss.example", accountGUID: ServerRig.downstream.description), version: .v11)
      let file = try authority.folder.write(message.body, to: "call.xml")
      let path = WebService.dssAuth.path
      let call = { (base: String, more: [String]) in
        try await Self.curl(
          ["--cacert", authority.roots, "-H", "Content-Type: text/xml", "--data-binary", "@\(file)"]
            + ["-o", "/dev/null", "-w", "%{http_code}"] + more + [base + path])
      }
      let secure = "https://127.0.0.1:\(rig.securePort)"
      let user = { (text: String) in ["--user", text] }
      #expect(String(decoding: try await call(secure, []).body, as: UTF8.self) == "401")
      #expect(String(decoding: try await call(secure, user("dss.example:wrong")).body, as: UTF8.self) == "401")
      #expect(String(decoding: try await call(secure, user("dss.example:pass:word")).body, as: UTF8.self) == "200")
      let plain = try await call("http://127.0.0.1:\(rig.port)", user("dss.example:pass:word"))
      #expect(String(decoding: plain.body, as: UTF8.self) == "403")
    }
  }

  @Test("new certificates serve new connections, bad ones leave the old in use")
  func reload() async throws {
    let authority = try ServerAuthority()
    let configuration = try authority.configuration("server")
    try await ServerRig.run(tls: configuration) { rig async throws in
      let url = "https://127.0.0.1:\(rig.securePort)/none"
      let show = ["--cacert", authority.roots, "-v", "-o", "/dev/null", url]
      #expect(try await Self.curl(show).errors.contains("CN=server"))
      try authority.issue("server", as: "renewed")
      #expect(try await Self.curl(show).errors.contains("CN=server"))
      try await rig.server.reloadCertificates()
      #expect(try await Self.curl(show).errors.contains("CN=renewed"))
      try Data("no certificate".utf8).write(to: URL(fileURLWithPath: configuration.certificateChain))
      await #expect(throws: UpdateServerError.self) { try await rig.server.reloadCertificates() }
      #expect(try await Self.curl(show).errors.contains("CN=renewed"))
      try authority.issue("other")
      try FileManager.default.removeItem(atPath: configuration.certificateChain)
      try FileManager.default.copyItem(
        atPath: authority.folder.path("other.pem"), toPath: configuration.certificateChain)
      await #expect(throws: UpdateServerError.self) { try await rig.server.reloadCertificates() }
      #expect(try await Self.curl(show).errors.contains("CN=renewed"))
    }
  }

  @Test("required client certificates keep others out, and let the right ones in")
  func clientCertificates() async throws {
    let authority = try ServerAuthority()
    let stranger = try ServerAuthority()
    try authority.issue("client")
    try stranger.issue("client")
    try await ServerRig.run(tls: try authority.configuration("server", clients: .required)) { rig async throws in
      let (path, bytes) = try await ConnectionTests.stored(rig, 1_000)
      let url = "https://127.0.0.1:\(rig.securePort)\(path)"
      let trust = ["--cacert", authority.roots]
      let shown = { (folder: TemporaryDirectory) in
        ["--cert", folder.path("client.pem"), "--key", folder.path("client.key")]
      }
      #expect(try await Self.curl(trust + shown(authority.folder) + [url]).body == Data(bytes))
      #expect(try await Self.curl(trust + [url]).ending != .exited(0))
      #expect(try await Self.curl(trust + shown(stranger.folder) + [url]).ending != .exited(0))
      #expect(try await rig.request("GET", path).status == 200)
    }
  }

  @Test("optional client certificates: none is fine, a wrong one is not")
  func optionalCertificates() async throws {
    let authority = try ServerAuthority()
    let stranger = try ServerAuthority()
    try authority.issue("client")
    try stranger.issue("client")
    try await ServerRig.run(tls: try authority.configuration("server", clients: .optional)) { rig async throws in
      let url = "https://127.0.0.1:\(rig.securePort)\(WebService.serverSync.path)"
      let ask = ["--cacert", authority.roots, "-H", "Content-Type: text/xml", "--data-binary"]
      let call = ask + [EndpointTests.getAuthConfig, url]
      #expect(try await Self.curl(call).ending == .exited(0))
      let good = ["--cert", authority.folder.path("client.pem"), "--key", authority.folder.path("client.key")]
      let answer = try await Self.curl(good + call)
      #expect(String(decoding: answer.body, as: UTF8.self).contains("GetAuthConfigResponse"))
      let bad = ["--cert", stranger.folder.path("client.pem"), "--key", stranger.folder.path("client.key")]
      #expect(try await Self.curl(bad + call).ending != .exited(0))
    }
  }

  @Test("a certificate without its key, or no roots for clients, is refused before anything listens")
  func badConfiguration() async throws {
    let authority = try ServerAuthority()
    var configuration = try authority.configuration("server")
    configuration.privateKey = authority.folder.path("missing.key")
    let error = await #expect(throws: UpdateServerError.self) {
      try await ServerRig.run(tls: configuration) { _ in }
    }
    #expect("\(error.map { "\($0)" } ?? "")".contains("missing.key"))
    var rootless = try authority.configuration("server")
    rootless.clientCertificates = .required
    await #expect(throws: UpdateServerError.self) { try await ServerRig.run(tls: rootless) { _ in } }
  }

  @Test("TLS transfers that clients break off leave no descriptor behind")
  func brokenOff() async throws {
    let authority = try ServerAuthority()
    try await ServerRig.run(tls: try authority.configuration("server")) { rig async throws in
      let (path, _) = try await ConnectionTests.stored(rig, 30_000_000)
      let url = "https://127.0.0.1:\(rig.securePort)\(path)"
      for _ in 0..<20 {
        let (reading, writing) = try ChildProcess.pipe()
        let curl = try ChildProcess("curl", ["-sS", "--cacert", authority.roots, url], output: writing)
        try writing.close()
        #expect(try await BlockingReader.readSome(reading) == 1)
        curl.send(SIGKILL)
        _ = await curl.ended()
      }
      let content = rig.directory.path("content")
      while Descriptors.count(below: content) > ProcessInfo.processInfo.activeProcessorCount { await Task.yield() }
    }
  }
}
