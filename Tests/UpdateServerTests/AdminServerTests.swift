import Catalog
import ContentStore
import Foundation
import Logging
import ServiceLifecycle
import TestSupport
import Testing
import UpdateModel
import WireFormat

@testable import UpdateServer

@Suite struct AdminServerTests {
  /// Runs `body` with the port of an admin listener on an empty site.
  static func run(
    health: SiteHealth = SiteHealth(), metrics: ServerMetrics = ServerMetrics(),
    prepare: (Catalog) async throws -> Void = { _ in }, _ body: @Sendable (Int) async throws -> Void
  ) async throws {
    let directory = try TemporaryDirectory()
    let catalog = try await Catalog.open(path: directory.path("catalog.sqlite"), clock: TestClock().clock)
    try await prepare(catalog)
    let store = try ContentStore(state: directory.path, policy: .sha1Allowed)
    let bound = Watched<Int?>(nil)
    let policy = ContentPolicy(isLazy: true)
    let logger = Logger(label: "tests", factory: { _ in SwiftLogNoOpLogHandler() })
    let server = AdminServer(
      catalog: catalog, store: store, policy: policy, metrics: metrics, host: "127.0.0.1", port: 0, version: "1.2.3",
      logger: logger, silentSince: { TestClock().clock() }, health: { health },
      onBound: { port in bound.update { $0 = port } })
    let group = ServiceGroup(configuration: .init(services: [server], logger: logger))
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask {
        defer { bound.update { $0 = $0 ?? 0 } }
        try await group.run()
      }
      let port = await bound.value { $0 != nil } ?? 0
      do { try await body(port) } catch {
        await group.triggerGracefulShutdown()
        throw error
      }
      await group.triggerGracefulShutdown()
      try await tasks.waitForAll()
    }
  }

  static func get(_ path: String, port: Int, method: String = "GET") async throws -> RawAnswer {
    let connection = try await RawConnection.open(port: port)
    try await connection.send("\(method) \(path) HTTP/1.1\r\nHost: x\r\n\r\n")
    return try await connection.answer(isHead: method == "HEAD")
  }

  @Test("a site that can answer is ready, with its warnings")
  func ready() async throws {
    try await Self.run(health: SiteHealth(warnings: ["the last run failed"])) { port async throws in
      let answer = try await Self.get("/healthz", port: port)
      #expect(answer.status == 200)
      #expect(answer.text == #"{"reasons":[],"status":"ready","warnings":["the last run failed"]}"#)
    }
  }

  @Test("a site that cannot answer says why, with 503")
  func notReady() async throws {
    try await Self.run(health: SiteHealth(reasons: ["catalog.sqlite: disk I/O error"])) { port async throws in
      let answer = try await Self.get("/healthz", port: port)
      #expect(answer.status == 503)
      #expect(answer.text.contains(#""reasons":["catalog.sqlite: disk I/O error"]"#))
    }
  }

  @Test("the metrics count what was recorded, and tell of runs, content and the process")
  func metrics() async throws {
    let metrics = ServerMetrics()
    for status in [200, 206, 206, 404] {
      metrics.record(
        AnsweredRequest(
          address: "192.0.2.1", method: "GET", target: "/Content/00/x", kind: .content, status: status, bytes: 100,
          duration: .milliseconds(3)))
    }
    metrics.recordCall(.serverSync, "GetConfigData", outcome: "InvalidCookie", duration: .seconds(2))
    metrics.connectionOpened()
    let now = TestClock().clock()
    let seconds = Int(now.unixSeconds)
    let record = SyncRecord(
      began: now, ended: now, endpoint: "http://a", outcome: .succeeded)
    try await Self.run(metrics: metrics, prepare: { _ = try await $0.recordHistory(record) }) { port async throws in
      let answer = try await Self.get("/metrics", port: port)
      #expect(answer.status == 200)
      let lines = Set(answer.text.split(separator: "\n").map(String.init))
      for line in [
        #"updatemirror_build_info{version="1.2.3"} 1"#,
        #"updatemirror_http_requests_total{kind="content",status="206"} 2"#,
        #"updatemirror_http_response_bytes_total{kind="content"} 400"#,
        #"updatemirror_http_request_seconds_bucket{kind="content",le="0.001"} 0"#,
        #"updatemirror_http_request_seconds_bucket{kind="content",le="0.005"} 4"#,
        #"updatemirror_http_request_seconds_bucket{kind="content",le="+Inf"} 4"#,
        #"updatemirror_http_request_seconds_count{kind="content"} 4"#,
        #"updatemirror_soap_calls_total{service="serverSync",operation="GetConfigData",outcome="InvalidCookie"} 1"#,
        "updatemirror_http_connections 1",
        "updatemirror_sync_last_success_timestamp_seconds \(seconds)",
        #"updatemirror_sync_last_end_timestamp_seconds{result="complete"} \#(seconds)"#,
        #"updatemirror_content_files{state="present"} 0"#, "updatemirror_downstream_servers 0",
        "updatemirror_clients 0", "updatemirror_clients_silent 0", "updatemirror_client_events 0",
      ] {
        let isThere = lines.contains(line)
        #expect(isThere, "\(line)")
      }
      #expect(answer.text.contains("\nprocess_resident_memory_bytes "))
      // Every sample has a family with help and type before it.
      let families = lines.filter { $0.hasPrefix("# TYPE") }.map { $0.split(separator: " ")[2] }
      for line in lines where !line.hasPrefix("#") {
        let hasFamily = families.contains { line.hasPrefix($0) }
        #expect(hasFamily, "\(line)")
      }
    }
  }

  @Test("a run that has not ended, or never will, hides the end of the one before it from nobody")
  func unfinishedRun() async throws {
    let now = TestClock().clock()
    let runs = [SyncRecord.Outcome.succeeded, .unfinished].enumerated().map { number, outcome in
      let moment = now.adding(seconds: Double(number) * 60)
      return SyncRecord(began: moment, ended: moment, endpoint: "http://a", outcome: outcome)
    }
    try await Self.run(prepare: { for run in runs { try await $0.recordHistory(run) } }) { port async throws in
      let lines = try await Self.get("/metrics", port: port).text.split(separator: "\n")
      let ends = lines.filter { $0.hasPrefix("updatemirror_sync_last_end_timestamp_seconds{") }
      let last = #"updatemirror_sync_last_end_timestamp_seconds{result="complete"} \#(Int(now.unixSeconds))"#
      #expect(ends.map(String.init) == [last])
    }
  }

  @Test(
    "a request is told by its path: no query, no user of an absolute address",
    arguments: [
      ("/Content/00/a@b.cab", "/Content/00/a@b.cab"), ("/a?sig=secret", "/a"), ("/a#secret", "/a"),
      ("http://user:secret@host/a?secret", "/a"), ("HTTPS://secret@host", "/"), ("/x://y@z", "/x://y@z"),
      ("user:secret@host:443", "host:443"), ("*", "*"),
    ])
  func paths(_ target: String, _ path: String) {
    let request = AnsweredRequest(
      address: "", method: "GET", target: target, kind: .other, status: 404, bytes: 0, duration: .zero)
    #expect(request.path == path)
  }

  @Test("a label value cannot break out of its quotes")
  func labels() {
    var text = MetricsText()
    text.sample("x", ["a": "b\"c\\d\ne"], 1)
    #expect(text.text == "x{a=\"b\\\"c\\\\d\\ne\"} 1\n")
  }

  @Test("other paths and methods are refused")
  func others() async throws {
    try await Self.run { port async throws in
      #expect(try await Self.get("/Content/00/x", port: port).status == 404)
      #expect(try await Self.get("/healthz", port: port, method: "HEAD").status == 200)
      #expect(try await Self.get("/metrics", port: port, method: "POST").status == 405)
    }
  }
}
