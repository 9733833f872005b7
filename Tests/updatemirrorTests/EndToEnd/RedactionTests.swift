import Foundation
import TestSupport
import Testing
import UpdateModel
import WireFormat

@testable import updatemirror

/// Nothing that opens a door is ever written anywhere: cookies, passwords, keys, addresses with credentials.
@Suite(.timeLimit(.minutes(5))) struct RedactionTests {
  private let folder: TemporaryDirectory
  private var state: String { folder.path("state") }

  init() throws { folder = try TemporaryDirectory() }

  private struct Answer {
    let status: Int
    let body: [UInt8]
  }

  private struct Unanswered: Error { let words: String }

  /// One request of a stock client. The address comes last.
  private func curl(_ arguments: [String]) throws -> Answer {
    let body = folder.path("answer")
    let done = try ChildProcess.run(
      "curl", ["-s", "--insecure", "--max-time", "60", "-o", body, "-w", "%{http_code}"] + arguments)
    guard done.ending == .exited(0), let status = Int(String(decoding: done.output, as: UTF8.self)) else {
      throw Unanswered(words: "\(done.ending) \(done.errors)")
    }
    return Answer(status: status, body: [UInt8](FileManager.default.contents(atPath: body) ?? Data()))
  }

  /// One call of a DSS.
  private func call<Op: WireOperation>(
    _ operation: Op.Type, _ request: Op.Request, at server: String, _ more: String...
  ) throws -> (status: Int, response: Op.Response?) {
    let message = SOAPRequest.encode(operation, request, version: .v11)
    let file = try folder.write(message.body, to: "message")
    let answer = try curl(
      more + [
        "--data-binary", "@" + file, "-H", "Content-Type: \(message.contentType)", "-H",
        "SOAPAction: \(message.soapAction ?? "")", server + "/" + Op.service.path.drop { $0 == "/" },
      ])
    guard answer.status == 200 else { return (answer.status, nil) }
    let parser = ReplyParser<Op>(version: .v11)
    try parser.push(answer.body)
    guard case .response(let response) = try parser.finish() else { return (answer.status, nil) }
    return (answer.status, response)
  }

  /// A site that asks for passwords over TLS.
  private func prepare() async throws {
    let made = try await ProgramRun.toEnd("init", "--state", state, "--set", "content.min-free=0")
    try #require(made.status == 0, "\(made.words)")
    let certificate = try ChildProcess.run(
      "openssl",
      ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
        + ["-subj", "/CN=server", "-keyout", folder.path("server.key"), "-out", folder.path("server.pem")])
    try #require(certificate.ending == .exited(0), "\(certificate.errors)")
    try folder.write(Array("sesame-password\n".utf8), to: "secret")
    let line = try await ProgramRun(
      ["downstream", "password", "branch.example"], shell: "exec < \(folder.path("secret"))"
    ).ended()
    try #require(line.status == 0, "\(line.words)")
    let passwords = try folder.write(Array(line.output.utf8), to: "passwords")
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: passwords)
  }

  private func url(_ server: ProgramRun, _ words: String) async throws -> String {
    let line = try #require(try await server.line(containing: words))
    let word = try #require(line.split(separator: " ").last).filter { $0 != "\"" && $0 != "}" }
    return String(word)
  }

  /// Everything a caller could have secrets in, answered and refused.
  ///
  /// - Returns: the cookies that the server gave.
  private func provoke(plain: String, secure: String) throws -> [[UInt8]] {
    let account = GetAuthorizationCookie.Request(accountName: "branch.example", accountGUID: GUID.random())
    let name = "branch.example"
    let refused = try call(GetAuthorizationCookie.self, account, at: secure, "-u", "\(name):sesame-wrong")
    #expect(refused.status == 401)
    #expect(try call(GetAuthorizationCookie.self, account, at: plain, "-u", "\(name):sesame-plain").status == 403)
    let given = try call(GetAuthorizationCookie.self, account, at: secure, "-u", "\(name):sesame-password").response
    let authorization = try #require(given)
    let session = try #require(
      try call(
        GetCookie.self,
        .init(authorizationCookies: [authorization], oldCookie: nil, protocolVersion: "1.20"),
        at: secure, "-u", "\(name):sesame-password"
      ).response)
    let configuration = try call(
      GetConfigData.self, .init(cookie: session, anchor: nil), at: secure, "-u", "\(name):sesame-password")
    #expect(configuration.status == 200)
    var forged = session.encryptedData
    forged[forged.count / 2] ^= 1
    let bad = Cookie(expiration: session.expiration, encryptedData: forged)
    let fault = try call(
      GetConfigData.self, .init(cookie: bad, anchor: nil), at: secure, "-u", "\(name):sesame-password")
    #expect(fault.status == 500)
    let file = try folder.write(Array("<sesame-element>sesame-body</sesame".utf8), to: "broken")
    let service = secure + "/ServerSyncWebService/ServerSyncWebService.asmx"
    #expect(
      try curl(["--data-binary", "@" + file, "-H", "SOAPAction: \"sesame-action\"", service]).status >= 400)
    let target = ["--request-target", "http://user:sesame-url@host/Content/00/a.cab?sig=sesame-query"]
    for server in [plain, secure] {
      let answer = try curl(
        target + ["-H", "Cookie: a=sesame-cookie", "-H", "Authorization: Bearer sesame-bearer", server])
      #expect(answer.status == 404)
    }
    return [authorization.cookieData, session.encryptedData, forged]
  }

  @Test("no log, metric or answer to the operator has a cookie, a password, a key or an address with credentials in it")
  func serving() async throws {
    try await prepare()
    for format in ["console", "json"] {
      let server = try ProgramRun([
        "serve", "--state", state, "--host", "127.0.0.1", "--port", "0", "--log-level", "trace",
        "--set", "log.format=\(format)", "--set", "log.access=all", "--set", "serve.authentication=basic",
        "--set", "serve.password-file=\(folder.path("passwords"))",
        "--set", "serve.certificate=\(folder.path("server.pem"))",
        "--set", "serve.private-key=\(folder.path("server.key"))",
      ])
      let (plain, secure) = (try await url(server, "serving "), try await url(server, "also on "))
      let admin = try await url(server, "health and metrics")
      let cookies = try provoke(plain: plain, secure: secure)
      let told = try ["/metrics", "/healthz"].map { String(decoding: try curl([admin + $0]).body, as: UTF8.self) }
      server.send(SIGTERM)
      let ended = await server.ended()
      #expect(ended.status == 0)
      #expect(ended.errors.contains("/Content/00/a.cab"), "\(format): the requests are in the log")
      #expect(ended.errors.contains("GetConfigData"), "\(format): and the calls")
      let secrets = try secrets() + cookies.flatMap(Self.forms)
      for text in told + [ended.output, ended.errors] {
        for secret in secrets { #expect(!text.contains(secret), "\(format): \(secret)") }
      }
    }
  }

  /// What must stand nowhere, but for the cookies.
  private func secrets() throws -> [String] {
    let basic = Data("branch.example:sesame-password".utf8).base64EncodedString()
    let files = ["state/keys/cookies", "server.key", "passwords"].map { folder.path($0) }
    let lines = try files.flatMap { file in
      String(decoding: try Data(contentsOf: URL(fileURLWithPath: file)), as: UTF8.self)
        .split(whereSeparator: { $0.isNewline || $0 == ":" || $0 == " " || $0 == "$" })
        .map(String.init).filter { $0.count >= 20 && !$0.contains("-----") }
    }
    #expect(lines.count >= 3)
    return ["sesame", basic, String(basic.prefix(20))] + lines
  }

  /// The beginning of some bytes in the forms that they could be written in.
  private static func forms(_ bytes: [UInt8]) -> [String] {
    let part = Array(bytes.prefix(15))
    let hex = Hex.upper(part)
    return [Data(part).base64EncodedString(), hex, hex.lowercased(), part.map(String.init).joined(separator: ", ")]
  }

  @Test("an address with a password is refused, and repeated by no command, error or JSON")
  func addresses() async throws {
    let secret = "http://user:sesame-url@127.0.0.1:9"
    let refused = try await ProgramRun.toEnd("init", "--state", folder.path("none"), "--upstream", secret)
    #expect(refused.status == 2, "\(refused.words)")
    #expect(!refused.words.contains("sesame"))
    try await prepare()
    let file = state + "/updatemirror.toml"
    let before = try String(contentsOfFile: file, encoding: .utf8)
    for key in ["url", "content-url"] {
      try (before + "\n[upstream]\n\(key) = \"\(secret)\"\n")
        .replacingOccurrences(of: "\n[upstream]\n#", with: "\n#")
        .write(toFile: file, atomically: true, encoding: .utf8)
      for command in [["status", "--json"], ["sync"], ["config", "show", "--json"], ["config", "check"], ["doctor"]] {
        let run = try await ProgramRun(command + ["--state", state]).ended()
        #expect(run.status != 0, "\(command): \(run.words)")
        #expect(!run.words.contains("sesame"), "\(command): \(run.words)")
      }
    }
    try before.write(toFile: file, atomically: true, encoding: .utf8)
    for setting in ["upstream.url", "upstream.content-url"] {
      let run = try await ProgramRun.toEnd("sync", "--state", state, "--set", "\(setting)=\(secret)")
      #expect(run.status == 2 && !run.words.contains("sesame"), "\(run.words)")
      let twice = try await ProgramRun.toEnd(
        "sync", "--state", state, "--set", "\(setting)=\(secret)", "--set", "\(setting)=http://a")
      #expect(twice.status == 2 && !twice.words.contains("sesame"), "\(twice.words)")
    }
  }
}
