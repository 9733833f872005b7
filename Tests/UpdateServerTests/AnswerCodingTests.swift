import Catalog
import Foundation
import TestSupport
import Testing
import UpdateModel
import WireFormat

@testable import UpdateServer

@Suite struct ContentCodingTests {
  @Test(
    "SSS-017, SSS-018: the coding is one that the caller asks for, by its weights",
    arguments: [
      ([], .identity), (["gzip"], .gzip), (["gzip, deflate"], .gzip), (["xpress"], .xpress), (["XPRESS"], .xpress),
      (["xpress, gzip"], .gzip), (["gzip;q=0.5, xpress"], .xpress), (["gzip;q=0"], .identity),
      (["gzip; q=0 , xpress ; q=0.001"], .xpress), (["x-gzip"], .gzip), (["*"], .gzip), (["*;q=0"], .identity),
      (["deflate, br"], .identity), (["identity"], .identity), (["identity;q=0.5, gzip;q=0.4"], .identity),
      (["identity;q=0.5, gzip;q=0.5"], .gzip), (["gzip;q=2"], .identity), (["gzip;q=x"], .identity), ([""], .identity),
      ([",;,gzip"], .gzip), (["deflate", "xpress"], .xpress), (["gzip;level=1;q=1.0"], .gzip),
    ] as [([String], ContentCoding)])
  func choice(_ header: [String], _ expected: ContentCoding) {
    #expect(ContentCoding(acceptEncoding: header, bytes: ContentCoding.worthwhileBytes) == expected)
    #expect(ContentCoding(acceptEncoding: header, bytes: ContentCoding.worthwhileBytes - 1) == .identity)
  }
}

@Suite struct AnswerCodingTests {
  private static func decoded(_ answer: RawAnswer) throws -> [UInt8] {
    switch answer["Content-Encoding"] {
    case nil: return answer.body
    case "xpress": return try Xpress.decode(answer.body, limit: 1 << 26)
    case "gzip": return try gunzip(answer.body)
    case let other?: throw RawConnection.Failure(words: "label \(other)")
    }
  }

  /// The standard tool decides what gzip is.
  private static func gunzip(_ bytes: [UInt8]) throws -> [UInt8] {
    let directory = try TemporaryDirectory()
    let (packed, plain) = (directory.path("answer.gz"), directory.path("answer"))
    try Foundation.Data(bytes).write(to: URL(fileURLWithPath: packed))
    let ending = try ChildProcess("sh", ["-c", "gzip -dc '\(packed)' > '\(plain)'"]).waitUntilExit()
    guard ending == .exited(0) else { throw RawConnection.Failure(words: "gzip: \(ending)") }
    return try Array(Foundation.Data(contentsOf: URL(fileURLWithPath: plain)))
  }

  private static func list(_ rig: ServerRig, _ coding: String?) async throws -> RawAnswer {
    let message = SOAPRequest.encode(
      GetRevisionIdList.self,
      .init(cookie: try await rig.cookie(), filter: RevisionFilter(anchor: nil, isConfiguration: false)), version: .v11)
    return try await rig.request(
      "POST", WebService.serverSync.path,
      headers: ["Content-Type: text/xml"] + (coding.map { ["Accept-Encoding: \($0)"] } ?? []), body: message.body)
  }

  @Test(
    "SSS-017, SSS-018: an answer in the coding that was asked for decodes to the plain one",
    arguments: ["gzip", "xpress", "gzip, deflate", "xpress, gzip;q=0"], [20, 3_000])
  func codings(_ coding: String, _ updates: Int) async throws {
    try await ServerRig.run { rig async throws in
      try await rig.catalog.publishNow((1...updates).map { Fixtures.staged(Fixtures.metadata($0)) })
      let plain = try await Self.list(rig, nil)
      #expect(plain["Content-Encoding"] == nil)
      #expect(plain["Vary"] == nil)
      let coded = try await Self.list(rig, coding)
      #expect(coded.status == 200)
      #expect(coded["Content-Encoding"] == (coding.hasPrefix("xpress") ? "xpress" : "gzip"))
      #expect(coded["Vary"] == "Accept-Encoding")
      #expect(coded.body.count < plain.body.count / 2)
      #expect(try Self.decoded(coded) == plain.body)
      // One piece has a length, several are chunked; the label says the same in both.
      #expect((coded["Content-Length"] != nil) == (updates == 20))
    }
  }

  @Test(
    "SSS-018: an answer that fits one packet stays plain and is not labelled otherwise", arguments: ["xpress", "gzip"])
  func small(_ coding: String) async throws {
    try await ServerRig.run { rig async throws in
      let answer = try await rig.post(EndpointTests.getAuthConfig, headers: ["Accept-Encoding: \(coding)"])
      #expect(answer["Content-Encoding"] == nil)
      #expect(answer.text.contains("GetAuthConfigResponse"))
    }
  }

  @Test(
    "SSS-018: a coding that nobody here knows gives a plain answer", arguments: ["br, zstd", "deflate", "gzip;q=0"])
  func unknownCodings(_ coding: String) async throws {
    try await ServerRig.run { rig async throws in
      try await rig.catalog.publishNow((1...30).map { Fixtures.staged(Fixtures.metadata($0)) })
      let answer = try await Self.list(rig, coding)
      #expect(answer["Content-Encoding"] == nil)
      #expect(answer.text.contains("<NewRevisions>"))
    }
  }

  @Test("a fault to a caller that asks for codings reads as every fault")
  func fault() async throws {
    try await ServerRig.run { rig async throws in
      let message = SOAPRequest.encode(GetConfigData.self, .init(cookie: nil, anchor: nil), version: .v11)
      let answer = try await rig.request(
        "POST", WebService.serverSync.path, headers: ["Content-Type: text/xml", "Accept-Encoding: xpress, gzip"],
        body: message.body)
      #expect(answer.status == 500)
      #expect(answer.text.contains("<ErrorCode>InvalidCookie</ErrorCode>"))
    }
  }
}
