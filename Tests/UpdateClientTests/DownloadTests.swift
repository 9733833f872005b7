import Catalog
import Foundation
import TestSupport
import Testing
import Transfer
import UpdateClient
import UpdateModel
import WireFormat

/// Ranged downloads with digest check (guide 15).
@Suite struct DownloadTests {
  private static let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) }

  /// A needed update whose file is here, a client that has scanned, and the file as the server describes it.
  private static func run(_ body: @Sendable (ClientSite, UpdateClient, ContentFile) async throws -> Void) async throws {
    try await ClientSite.run { site async throws in
      let file = try await site.put(bytes)
      try await SampleUpdates.publish(in: site, file: file)
      try await site.catalog.markPresent([file.digest])
      try await site.approve(SampleUpdates.needed)
      let client = site.client()
      let report = try await client.scan()
      #expect(report[Document.guid(SampleUpdates.needed)]?.deployment.action == .install)
      let described = try await client.describe(report.updates.map(\.identity))
      #expect(described.map { $0.title() } == ["Update 3"])
      try await body(site, client, try #require(described.first?.files.first))
    }
  }

  private static func contents(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  @Test("a needed file comes in ranges and is checked by both digests that its metadata declares")
  func ranges() async throws {
    try await Self.run { site, client, file in
      #expect(file.sha256 != nil)
      let path = try await client.download(file, into: site.directory.path, rangeLength: 70_000)
      #expect(path == site.directory.path(file.contentName))
      #expect(try Self.contents(path) == Self.bytes)
      // It is not asked for again.
      #expect(try await client.download(file, into: site.directory.path) == path)
    }
  }

  @Test("GetFileLocations names the same place; what nobody knows is left out")
  func locations() async throws {
    try await Self.run { site, client, file in
      let other = try #require(FileDigest(bytes: [UInt8](repeating: 7, count: 20)))
      let found = try await client.locate([file.digest, other])
      #expect(found.keys.sorted() == [file.digest])
      #expect(found[file.digest]?.hasSuffix("/Content/\(file.digest.folder)/\(file.contentName)") == true)
      let unknown = ContentFile(digest: other, fileName: "x.cab", size: 5)
      await #expect(throws: UpdateClientError.noLocation(other)) {
        try await client.download(unknown, into: site.directory.path)
      }
      #expect(try await client.decryptionKeys(of: [Document.identity(SampleUpdates.needed)]).isEmpty)
    }
  }

  /// A client of a server that says that the file is at `url`.
  private static func client(_ url: String) throws -> (FaultServer, UpdateClient) {
    let server = try FaultServer { Replies.locating(url, $0) }
    let client = UpdateClient(
      UpdateClientConfiguration(server: server.url, clientID: ClientSite.clientID, dnsName: "pc1.example"),
      http: .init(), facts: HostFacts(), clock: TestClock().clock)
    return (server, client)
  }

  /// The file of ``bytes`` on a server that fails as `rules` say.
  private static func serve(
    _ rules: [ContentFolder.Rule],
    _ body: (UpdateClient, FaultServer, ContentFile, TemporaryDirectory) async throws -> Void
  ) async throws {
    let directory = try TemporaryDirectory()
    try directory.write(bytes, to: "served/a.cab")
    let content = try FaultServer(
      handler: ContentFolder(root: directory.path("served"), prefix: "/Content/", rules: rules).reply)
    let (server, client) = try client(content.url + "/Content/a.cab")
    try await body(client, content, try file(), directory)
    server.stop()
  }

  private static func file() throws -> ContentFile {
    let digests = try Digests.of(bytes)
    return ContentFile(
      digest: digests.sha1, additionalDigests: [AdditionalDigest(algorithm: "SHA256", bytes: digests.sha256)],
      fileName: "a.cab", size: Int64(bytes.count))
  }

  @Test("an interrupted download goes on where it ended")
  func resume() async throws {
    try await Self.serve([.init(requests: 2...2, .cut(after: 30_000))]) { client, server, file, directory in
      await #expect(throws: UpdateClientError.self) {
        try await client.download(file, into: directory.path, rangeLength: 100_000)
      }
      let path = try await client.download(file, into: directory.path, rangeLength: 100_000)
      #expect(try Self.contents(path) == Self.bytes)
      #expect(
        server.requests.map { $0["Range"] } == [
          "bytes=0-99999", "bytes=100000-199999", "bytes=130000-229999", "bytes=230000-299999",
        ])
    }
  }

  @Test("corrupt bytes are discarded and both digests are named; nothing has the file's name")
  func corrupt() async throws {
    try await Self.serve([.init(.corrupt)]) { client, _, file, directory in
      do {
        _ = try await client.download(file, into: directory.path, rangeLength: 1 << 20)
        Issue.record("corrupt bytes were taken")
      } catch UpdateClientError.digestMismatch(file.digest, "SHA-1", let expected, let found) {
        #expect(expected == file.digest.hex && found != expected)
      }
      let left = try FileManager.default.contentsOfDirectory(atPath: directory.path)
      #expect(left == ["served"])
    }
  }

  @Test("the part of another file is not taken for ours: the download begins again")
  func foreignPart() async throws {
    try await Self.serve([]) { client, _, file, directory in
      try directory.write([UInt8](repeating: 1, count: 1_000), to: "\(file.digest.hex).part")
      let path = try await client.download(file, into: directory.path)
      #expect(try Self.contents(path) == Self.bytes)
    }
  }

  static let wrongAnswers: [ContentFolder.Fault] = [
    .shiftsRange(by: 10), .short(by: 10), .long(by: 10), .notFound, .htmlErrorPage, .hangsUp, .garbage,
    .busy(retryAfterSeconds: nil),
  ]

  @Test("answers that are not the range are errors, and nothing has the file's name", arguments: wrongAnswers.indices)
  func wrong(_ index: Int) async throws {
    try await Self.serve([.init(Self.wrongAnswers[index])]) { client, _, file, directory in
      await #expect(throws: UpdateClientError.self) {
        try await client.download(file, into: directory.path, rangeLength: 100_000)
      }
      #expect(!FileManager.default.fileExists(atPath: directory.path(file.contentName)))
    }
  }

  @Test("a file that changes between two ranges is not put together")
  func changing() async throws {
    try await Self.serve([.init(requests: 2...9, .changesETag)]) { client, _, file, directory in
      await #expect(throws: UpdateClientError.self) {
        try await client.download(file, into: directory.path, rangeLength: 100_000)
      }
    }
  }
}
