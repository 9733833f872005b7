import Catalog
import Foundation
import Sealing
import TestSupport
import Testing
import UpdateModel
import WireFormat

@testable import UpdateServer

/// GetExtendedUpdateInfo, GetExtendedUpdateInfo2, GetFileLocations.
@Suite struct ExtendedInfoTests {
  /// A server with one approved update of one file whose bytes are here, and what the scan gave.
  private static func run(
    clients: ClientServiceConfiguration = ClientServiceConfiguration(), tls: TLSConfiguration? = nil,
    _ body: @Sendable (ServerRig, TestClient, UpdateInfo, ContentFile) async throws -> Void
  ) async throws {
    try await ServerRig.run(tls: tls, clients: clients) { rig async throws in
      let file = try await rig.store.put(Array("content".utf8), name: "a.cab")
      try await rig.catalog.publishNow(
        Fixtures.metadata(20, files: [file]) { update in
          update.isExplicitlyDeployable = true
          update.localized = ["en", "de", "fr"].map { LocalizedProperties(language: $0, title: "title in \($0)") }
        },
        Fixtures.metadata(21, files: [Fixtures.file(71)]) { $0.isExplicitlyDeployable = true })
      try await rig.catalog.markPresent([file.digest])
      try await ClientCatalogue.approve(20, in: rig.catalog)
      var client = try await TestClient.known(to: rig)
      let update = try await client.sync().newUpdates[0]
      try await body(rig, client, update, file)
    }
  }

  private static func ask(
    _ client: TestClient, _ ids: [Int32]?, _ types: [FragmentType]?, locales: [String]? = ["de"]
  ) -> GetExtendedUpdateInfo.Request {
    .init(cookie: client.cookie, revisionIDs: ids, infoTypes: types, locales: locales)
  }

  @Test("WUSP-278 WUSP-282 WUSP-283 WUSP-284 WUSP-285: fragments by type and language, the rest out of scope")
  func fragments() async throws {
    try await Self.run { rig, client, update, _ in
      let answer = try await rig.call(
        GetExtendedUpdateInfo.self,
        Self.ask(client, [update.id, 4_000, update.id], [.extended, .localizedProperties]))
      let texts = answer.updates.map { String(decoding: $0.xml, as: UTF8.self) }
      #expect(answer.updates.allSatisfy { $0.id == update.id })
      #expect(texts.count == 3)
      #expect(texts[0].hasPrefix("<ExtendedProperties"))
      #expect(texts[1].contains("title in de"))
      #expect(texts[2].contains("title in en"))
      #expect(answer.outOfScopeRevisionIDs == [4_000])
    }
  }

  @Test("WUSP-165 WUSP-286 WUSP-292: regions fall back to languages, core is that of the scan, unknown types are empty")
  func types() async throws {
    try await Self.run { rig, client, update, _ in
      let english = try await rig.call(
        GetExtendedUpdateInfo.self, Self.ask(client, [update.id], [.localizedProperties], locales: ["en-US"]))
      #expect(english.updates.count == 1)
      let core = try await rig.call(GetExtendedUpdateInfo.self, Self.ask(client, [update.id], [.core]))
      #expect(core.updates.map(\.xml) == [update.xml])
      let none = try await rig.call(
        GetExtendedUpdateInfo.self, Self.ask(client, [update.id], [.published, .verificationRule], locales: nil))
      #expect(none.updates.isEmpty)
    }
  }

  @Test("WUSP-279 WUSP-280 WUSP-281: too many revisions, no types, no locales where they are needed")
  func parameters() async throws {
    try await Self.run { rig, client, update, _ in
      let most = Self.ask(client, [Int32](repeating: update.id, count: 50), [.core])
      #expect(try await rig.raw(GetExtendedUpdateInfo.self, most).status == 200)
      let cases: [(GetExtendedUpdateInfo.Request, String)] = [
        (Self.ask(client, [Int32](repeating: update.id, count: 51), [.core]), "revisionIDs"),
        (Self.ask(client, nil, [.core]), "revisionIDs"), (Self.ask(client, [update.id], nil), "infoTypes"),
        (Self.ask(client, [update.id], [.localizedProperties], locales: nil), "locales"),
        (Self.ask(client, [update.id], [.eula], locales: nil), "locales"),
      ]
      for (request, parameter) in cases {
        let fault = try await rig.fault(GetExtendedUpdateInfo.self, request)
        #expect(fault.code == .invalidParameters)
        #expect(fault.message == parameter)
      }
    }
  }

  @Test("WUSP-288 WUSP-289 WUSP-290 WUSP-372: file locations lead to the bytes")
  func locations() async throws {
    try await Self.run { rig, client, update, file in
      let answer = try await rig.call(GetExtendedUpdateInfo.self, Self.ask(client, [update.id], [.extended]))
      let location = try #require(answer.locations.first)
      #expect(answer.locations.count == 1)
      #expect(location.digest == file.digest)
      let root = "http://127.0.0.1:\(rig.port)"
      #expect(location.url == "\(root)/Content/\(file.digest.folder)/\(file.contentName)")
      let path = String(location.url.dropFirst(root.count))
      let bytes = try await rig.request("GET", path).body
      #expect(try FileDigester.digests(of: bytes).sha1 == file.digest)
    }
  }

  @Test("WUSP-291: host and port of locations follow the call, or the configuration")
  func configuredAddress() async throws {
    var configuration = ClientServiceConfiguration()
    configuration.contentHost = "content.example"
    configuration.contentPort = 80
    try await Self.run(clients: configuration) { rig, client, update, _ in
      let answer = try await rig.call(GetExtendedUpdateInfo.self, Self.ask(client, [update.id], [.extended]))
      #expect(answer.locations[0].url.hasPrefix("http://content.example/Content/"))
    }
  }

  @Test(
    "a Host that could not stand in a URL is answered 400 and not sent back",
    arguments: ["a\"><b>", "a b", "a/b", "user@host", "a:b", "[::1", "[::1]x", "", String(repeating: "a", count: 300)])
  func hostileHost(_ host: String) async throws {
    #expect(HostHeader.host(in: host) == nil)
    try await Self.run { rig, client, update, _ in
      let body = SOAPRequest.encode(
        GetExtendedUpdateInfo.self, Self.ask(client, [update.id], [.extended]), version: .v11
      ).body
      let connection = try await rig.connect()
      try await connection.send(
        "POST \(WebService.client.path) HTTP/1.1\r\nHost: \(host)\r\nContent-Type: text/xml\r\n"
          + "Content-Length: \(body.count)\r\n\r\n")
      try await connection.send(body)
      let answer = try await connection.answer()
      #expect(answer.status == 400)
      #expect(answer.body.isEmpty)
    }
  }

  @Test("hosts that can stand in a URL", arguments: ["srv", "srv.example:8530", "10.0.0.1", "[::1]:8530", "SRV_1"])
  func goodHost(_ host: String) {
    let expected = host.hasPrefix("[") ? "[::1]" : String(host.prefix { $0 != ":" })
    #expect(HostHeader.host(in: host) == expected)
  }

  @Test(
    "WUSP-009 WUSP-374: over TLS files stay at the plain port, unless configured otherwise", arguments: [false, true])
  func contentOverTLS(_ isSecure: Bool) async throws {
    let authority = try ServerAuthority()
    var configuration = ClientServiceConfiguration()
    configuration.sendsContentOverTLS = isSecure
    let tls = try authority.configuration("server")
    let (folder, roots) = (authority.folder, authority.roots)
    try await Self.run(clients: configuration, tls: tls) { rig, client, update, _ in
      let request = SOAPRequest.encode(
        GetExtendedUpdateInfo.self, Self.ask(client, [update.id], [.extended]), version: .v11)
      let body = try folder.write(request.body, to: "request.xml")
      let url = "https://127.0.0.1:\(rig.securePort)\(WebService.client.path)"
      let run = try await Self.curl([
        "-sS", "--cacert", roots, "-H", "Content-Type: text/xml", "--data-binary", "@\(body)", url,
      ])
      let root = isSecure ? "https://127.0.0.1:\(rig.securePort)/" : "http://127.0.0.1:\(rig.port)/"
      #expect(run.contains("<Url>\(root)Content/"))
    }
  }

  private static func curl(_ arguments: [String]) async throws -> String {
    let run = try await withCheckedThrowingContinuation { continuation in
      // A thread of its own: the server needs those of the tests.
      Thread.detachNewThread { continuation.resume(with: Result { try ChildProcess.run("curl", arguments) }) }
    }
    #expect(run.ending == .exited(0), "\(run.errors)")
    return String(decoding: run.output, as: UTF8.self)
  }

  @Test(
    "WUSP-296 WUSP-297 WUSP-300 WUSP-301 WUSP-304: GetExtendedUpdateInfo2 goes by identity and tells nothing of others")
  func byIdentity() async throws {
    try await Self.run { rig, client, update, file in
      let identities = [20, 21].map { UpdateIdentity(updateID: Fixtures.guid($0), revisionNumber: 1) }
      let answer = try await rig.call(
        GetExtendedUpdateInfo2.self,
        .init(
          cookie: client.cookie, updateIDs: identities,
          infoTypes: [.extended, .localizedProperties, .fileURL, .fileDecryption], locales: ["de"]))
      let first = try await rig.call(
        GetExtendedUpdateInfo.self, Self.ask(client, [update.id], [.extended, .localizedProperties]))
      #expect(answer.updates == first.updates)
      #expect(answer.locations.map(\.digest) == [file.digest])
      #expect(answer.locations[0].digestAlgorithm == "SHA1")
      #expect(answer.locations[0].url == first.locations[0].url)
      #expect(answer.keys.isEmpty)
      #expect(answer.encryption == [.init(identity: identities[0], hasEncryptedFiles: false)])
      let cases: [(GetExtendedUpdateInfo2.Request, String)] = [
        (.init(cookie: client.cookie, updateIDs: nil, infoTypes: [.core], locales: nil), "updateIDs"),
        (.init(cookie: client.cookie, updateIDs: identities, infoTypes: nil, locales: nil), "infoTypes"),
        (.init(cookie: client.cookie, updateIDs: identities, infoTypes: [.eula], locales: nil), "locales"),
      ]
      for (request, parameter) in cases {
        #expect(try await rig.fault(GetExtendedUpdateInfo2.self, request).message == parameter)
      }
    }
  }

  @Test("WUSP-298 WUSP-299 WUSP-302 WUSP-303: keys of encrypted files, for those to whom they are deployed")
  func keys() async throws {
    try await ServerRig.run { rig async throws in
      let file = Fixtures.file(72, isEncrypted: true)
      try await rig.catalog.publishNow(
        Fixtures.metadata(22, files: [file]) { update in
          update.isExplicitlyDeployable = true
          update.needsDecryptionKeys = true
        })
      let identity = UpdateIdentity(updateID: Fixtures.guid(22), revisionNumber: 1)
      let key: [UInt8] = Array(1...16)
      try await rig.catalog.storeDecryptionKeys([
        RevisionKeys(identity: identity, files: [.init(digest: file.digest, key: key)])
      ])
      let client = try await TestClient.known(to: rig)
      let request = GetExtendedUpdateInfo2.Request(
        cookie: client.cookie, updateIDs: [identity], infoTypes: [.fileURL, .fileDecryption], locales: nil)
      let before = try await rig.call(GetExtendedUpdateInfo2.self, request)
      #expect(before == GetExtendedUpdateInfo2.Response())
      try await ClientCatalogue.approve(22, in: rig.catalog)
      let answer = try await rig.call(GetExtendedUpdateInfo2.self, request)
      #expect(answer.keys == [.init(digest: file.digest, decryptionKey: key)])
      #expect(answer.encryption == [.init(identity: identity, hasEncryptedFiles: true)])
      #expect(answer.locations[0].decryptionInformation == "{\"KeyData\":\"AQIDBAUGBwgJCgsMDQ4PEA==\"}")
      let text = try await rig.raw(GetExtendedUpdateInfo2.self, request).text
      #expect(
        text.contains("<SecurityData><base64Binary>AQIDBAUGBwgJCgsMDQ4PEA==</base64Binary></SecurityData>"))
    }
  }

  @Test("WUSP-306 WUSP-307 WUSP-308 WUSP-309 WUSP-310: locations by digest, without those that nobody knows")
  func fileLocations() async throws {
    try await Self.run { rig, client, _, file in
      let answer = try await rig.call(
        GetFileLocations.self,
        .init(cookie: client.cookie, fileDigests: [file.digest, Fixtures.digest(999), file.digest]))
      #expect(answer.locations.map(\.digest) == [file.digest])
      var next = client
      next.cookie = answer.newCookie
      #expect(answer.newCookie?.expiration == client.cookie?.expiration)
      try await next.sync()
      let missing = try await rig.fault(GetFileLocations.self, .init(cookie: client.cookie, fileDigests: nil))
      #expect(missing.message == "fileDigests")
      let many = try await rig.fault(
        GetFileLocations.self,
        .init(cookie: client.cookie, fileDigests: (0..<1_001).map { Fixtures.digest($0) }))
      #expect(many.message == "fileDigests")
      let text = String(
        decoding: SOAPRequest.encode(
          GetFileLocations.self, .init(cookie: client.cookie, fileDigests: [file.digest]), version: .v11
        ).body, as: UTF8.self)
      for bytes in [19, 32] {
        let other = String(decoding: Base64.encode([UInt8](repeating: 7, count: bytes)), as: UTF8.self)
        let digest = String(decoding: Base64.encode(file.digest.bytes), as: UTF8.self)
        let fault = try await rig.post(text.replacing(digest, with: other), to: .client)
        #expect(fault.text.contains("InvalidParameters") && fault.text.contains("fileDigests"))
      }
    }
  }
}
