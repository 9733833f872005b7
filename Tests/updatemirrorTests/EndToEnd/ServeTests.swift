import Foundation
import Logging
import TestSupport
import Testing

@testable import updatemirror

@Suite(.timeLimit(.minutes(5))) struct ServeTests {
  private let folder: TemporaryDirectory
  private var state: String { folder.path("state") }

  init() throws { folder = try TemporaryDirectory() }

  /// A self-signed certificate for 127.0.0.1, in the files that the configuration names.
  private func certify(_ name: String) throws {
    let made = try ChildProcess.run(
      "openssl",
      ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
        + ["-subj", "/CN=\(name)", "-addext", "subjectAltName=IP:127.0.0.1"]
        + ["-keyout", folder.path("new.key"), "-out", folder.path("new.pem")])
    try #require(made.ending == .exited(0), "\(made.errors)")
    for file in ["key", "pem"] {
      _ = rename(folder.path("new.\(file)"), folder.path("server.\(file)"))
    }
  }

  private func curl(_ url: String, _ more: String...) throws -> (ending: ChildProcess.Ending, text: String) {
    let done = try ChildProcess.run("curl", ["--silent", "--max-time", "60"] + more + [url])
    return (done.ending, String(decoding: done.output, as: UTF8.self))
  }

  /// The URL at the end of a line of standard error.
  private func url(_ server: ProgramRun, _ words: String) async throws -> String {
    let line = try #require(try await server.line(containing: words))
    return try #require(line.split(separator: " ").last.map(String.init))
  }

  @Test("a serving site tells its health and metrics, logs requests as JSON, and takes a new certificate on SIGHUP")
  func operating() async throws {
    let made = try await ProgramRun.toEnd("init", "--state", state, "--set", "content.min-free=0")
    try #require(made.status == 0, "\(made.words)")
    try certify("first")
    let server = try ProgramRun([
      "serve", "--state", state, "--host", "127.0.0.1", "--port", "0", "--set", "log.format=json", "--set",
      "log.access=all", "--set", "serve.certificate=\(folder.path("server.pem"))", "--set",
      "serve.private-key=\(folder.path("server.key"))",
    ])
    let plain = try await url(server, "serving")
    let secure = try await url(server, "also on")
    let admin = try await url(server, "health and metrics")

    #expect(try curl(admin + "/healthz").text == #"{"reasons":[],"status":"ready","warnings":[]}"#)
    #expect(try curl(plain + "/Content/00/none.cab", "--write-out", "%{http_code}").text == "404")
    #expect(try curl(secure + "/Content/00/none.cab", "--insecure", "--write-out", "%{http_code}").text == "404")
    let metrics = try curl(admin + "/metrics").text
    #expect(metrics.contains(#"updatemirror_http_requests_total{kind="content",status="404"} 2"#))
    let line = try #require(try await server.line(containing: #""label":"access""#))
    let entry = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String])
    #expect(entry["message"] == "GET /Content/00/none.cab")
    #expect(entry["status"] == "404")
    #expect(entry["address"] == "127.0.0.1")

    try certify("second")
    let roots = folder.path("server.pem")
    #expect(try curl(secure + "/Content/00/none.cab", "--cacert", roots).ending != .exited(0))
    server.send(SIGHUP)
    // The signal is answered on a thread of its own.
    while try curl(secure + "/Content/00/none.cab", "--cacert", roots).ending != .exited(0) {
      try Task.checkCancellation()
    }
    server.send(SIGTERM)
    #expect(await server.ended().status == 0)
  }

  @Test("a taken port is told with its number, and the password of a proxy is told to nobody")
  func refusedAndRedacted() async throws {
    let made = try await ProgramRun.toEnd("init", "--state", state, "--set", "content.min-free=0")
    try #require(made.status == 0, "\(made.words)")
    let server = try ProgramRun(["serve", "--state", state, "--host", "127.0.0.1", "--port", "0"])
    let admin = try await url(server, "health and metrics")
    let port = try #require(admin.split(separator: ":").last)
    let second = try await ProgramRun.toEnd(
      "serve", "--state", state, "--host", "127.0.0.1", "--port", String(port), "--set", "admin.host=")
    #expect(second.status == 1)
    #expect(second.errors.contains(port), "\(second.words)")
    server.send(SIGTERM)
    _ = await server.ended()

    let proxy = "http://user:sesame-open@127.0.0.1:1"
    for command in [["sync", "--upstream", "http://127.0.0.1:2"], ["config", "show"], ["doctor"], ["status"]] {
      let run = try await ProgramRun(
        command + ["--state", state, "--log-level", "trace", "--set", "upstream.proxy=\(proxy)"]
      ).ended()
      #expect(!run.output.contains("sesame") && !run.errors.contains("sesame"), "\(command): \(run.words)")
    }
  }

  @Test("a line of the log is one line, whatever is in it")
  func lines() throws {
    let line = LogLine(
      time: "T", level: .info, label: "access", message: "GET /a\nforged \u{1B}[2J",
      fields: [("address", "192.0.2.1"), ("quoted", "a \"b\" \u{2028}")])
    #expect(
      line.text(.console)
        == "T info access: GET /a\\u{a}forged \\u{1b}[2J address=192.0.2.1 quoted=\"a \\\"b\\\" \\u{2028}\"")
    let json = line.text(.json)
    #expect(!json.contains("\n") && !json.unicodeScalars.contains("\u{1B}"))
    let read = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: String])
    #expect(read["message"] == line.message)
    #expect(read["quoted"] == line.fields[1].value)
  }
}
