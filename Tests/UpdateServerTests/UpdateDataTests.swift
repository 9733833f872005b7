import Catalog
import TestSupport
import Testing
import UpdateModel
import WireFormat

@testable import UpdateServer

@Suite struct UpdateDataTests {
  private static func identity(_ number: Int, _ revision: Int32 = 1) -> UpdateIdentity {
    UpdateIdentity(updateID: Fixtures.guid(number), revisionNumber: revision)
  }

  private static func data(_ rig: ServerRig, _ identities: [UpdateIdentity]) async throws -> GetUpdateData.Response {
    try await rig.call(GetUpdateData.self, .init(cookie: try await rig.cookie(), identities: identities))
  }

  @Test("SSS-150, SSS-151, SSS-042: no list and one too many are InvalidParameters with the name updateIds")
  func limits() async throws {
    try await ServerRig.run { rig async throws in
      let cookie = try await rig.cookie()
      for identities in [nil, (1...101).map { Self.identity($0) }] {
        let fault = try await rig.fault(GetUpdateData.self, .init(cookie: cookie, identities: identities))
        #expect(fault.code == .invalidParameters)
        #expect(fault.message == "updateIds")
      }
      #expect(try await Self.data(rig, (1...100).map { Self.identity($0) }).updates.isEmpty)
    }
  }

  @Test("SSS-151: the limit is the advertised one")
  func configuredLimit() async throws {
    try await ServerRig.run { rig async throws in
      var settings = try await rig.catalog.settings()
      settings.limits.updates = 3
      try await rig.catalog.save(settings)
      let request = GetUpdateData.Request(cookie: try await rig.cookie(), identities: (1...4).map { Self.identity($0) })
      #expect(try await rig.fault(GetUpdateData.self, request).code == .invalidParameters)
    }
  }

  @Test(
    "SSS-152, SSS-171: categories, classifications, detectoids and updates come with the very bytes that are stored")
  func allKinds() async throws {
    try await ServerRig.run { rig async throws in
      let configuration = [
        Fixtures.metadata(1, kind: .category(.product)), Fixtures.metadata(2, kind: .category(.updateClassification)),
        Fixtures.metadata(3, kind: .detectoid),
      ].map { Fixtures.staged($0) }
      let updates = [Fixtures.metadata(4), Fixtures.metadata(5, kind: .driver)].map { Fixtures.staged($0) }
      try await rig.catalog.publishNow(configuration, .configuration)
      try await rig.catalog.publishNow(updates)
      let response = try await Self.data(rig, (1...5).map { Self.identity($0) })
      #expect(response.updates.map(\.identity) == (1...5).map { Self.identity($0) })
      #expect(response.updates.map(\.blob) == (configuration + updates).map { .plain($0.document) })
    }
  }

  @Test("SSS-153: every entry has its Id and exactly one blob")
  func oneBlob() async throws {
    try await ServerRig.run { rig async throws in
      try await rig.catalog.publishNow(Fixtures.metadata(1), Fixtures.metadata(2))
      let answer = try await rig.raw(
        GetUpdateData.self, .init(cookie: try await rig.cookie(), identities: [Self.identity(1), Self.identity(2)]))
      let body = try XMLElement.parse(answer.body, limits: .request).child("Body")
      let result = body?.child("GetUpdateDataResponse")?.child("GetUpdateDataResult")
      let entries = result?.child("updates")?.children ?? []
      #expect(entries.count == 2)
      for entry in entries {
        #expect(entry.children.map(\.name) == ["Id", "XmlUpdateBlob"])
      }
      #expect(!answer.text.contains("UssUrl"))
    }
  }

  @Test("SSS-154, SSS-155, SSS-156, SSS-157: files are listed by digest, MUUrl only where it is known")
  func files() async throws {
    try await ServerRig.run { rig async throws in
      let known = Fixtures.metadata(1, files: [Fixtures.file(1), Fixtures.file(2)])
      let local = Fixtures.metadata(2, files: [Fixtures.file(3)])
      try await rig.catalog.publishNow([
        Fixtures.staged(known, muURL: "http://download.example/a?b=1&c=2"), Fixtures.staged(local),
        Fixtures.staged(Fixtures.metadata(3)),
      ])
      let response = try await Self.data(rig, (1...3).map { Self.identity($0) })
      #expect(response.updates.map(\.fileDigests) == [[1, 2].map(Fixtures.digest), [Fixtures.digest(3)], []])
      #expect(
        response.locations == [
          FileLocation(digest: Fixtures.digest(1), muURL: "http://download.example/a?b=1&c=2"),
          FileLocation(digest: Fixtures.digest(2), muURL: "http://download.example/a?b=1&c=2"),
          FileLocation(digest: Fixtures.digest(3), muURL: nil),
        ])
    }
  }

  @Test("a file of several revisions has one entry in fileUrls")
  func sharedFile() async throws {
    try await ServerRig.run { rig async throws in
      try await rig.catalog.publishNow(
        Fixtures.metadata(1, files: [Fixtures.file(1)]), Fixtures.metadata(2, files: [Fixtures.file(1)]))
      let response = try await Self.data(rig, [Self.identity(1), Self.identity(2)])
      #expect(response.updates.map(\.fileDigests) == [[Fixtures.digest(1)], [Fixtures.digest(1)]])
      #expect(response.locations.map(\.digest) == [Fixtures.digest(1)])
    }
  }

  @Test("SSS-159: updates and fileUrls are both there, also when they are empty")
  func emptyLists() async throws {
    try await ServerRig.run { rig async throws in
      let answer = try await rig.raw(
        GetUpdateData.self, .init(cookie: try await rig.cookie(), identities: [Self.identity(1)]))
      #expect(answer.text.contains("<updates /><fileUrls />"))
    }
  }

  @Test("SSS-170: unknown identities are left out, and so are revisions that are not published")
  func unknown() async throws {
    try await ServerRig.run { rig async throws in
      try await rig.catalog.publishNow(Fixtures.metadata(1, revision: 5))
      try await rig.catalog.stage(.updates, [Fixtures.staged(Fixtures.metadata(2))])
      let response = try await Self.data(
        rig, [Self.identity(9), Self.identity(1, 5), Self.identity(1, 4), Self.identity(2)])
      #expect(response.updates.map(\.identity) == [Self.identity(1, 5)])
    }
  }

  @Test("SSS-383: an answer stops at the guidance for its size, and the first update is always in it")
  func sizeGuidance() async throws {
    var limits = UpdateServerLimits()
    limits.updateDataBytes = 60_000
    try await ServerRig.run(limits: limits) { rig async throws in
      let revisions = (1...30).map { number in
        var staged = Fixtures.staged(Fixtures.metadata(number))
        staged.document += [UInt8](repeating: 0x20, count: number == 1 ? 100_000 : 10_000)
        return staged
      }
      try await rig.catalog.publishNow(revisions)
      #expect(try await Self.data(rig, (1...30).map { Self.identity($0) }).updates.count == 1)
      let rest = try await Self.data(rig, (2...30).map { Self.identity($0) })
      #expect(rest.updates.map(\.identity) == (2...6).map { Self.identity($0) })
    }
  }

  @Test("SSS-188: GetUpdateDecryptionData bounds its list")
  func decryptionLimits() async throws {
    try await ServerRig.run { rig async throws in
      let cookie = try await rig.cookie()
      for identities in [nil, (1...101).map { Self.identity($0) }] {
        let fault = try await rig.fault(GetUpdateDecryptionData.self, .init(cookie: cookie, identities: identities))
        #expect(fault.code == .invalidParameters)
        #expect(fault.message == "updateIds")
      }
    }
  }

  @Test(
    "SSS-189, SSS-190, SSS-191: every requested update has an entry with all its files, and the keys of encrypted ones")
  func decryptionKeys() async throws {
    try await ServerRig.run { rig async throws in
      let files = [Fixtures.file(1, isEncrypted: true), Fixtures.file(2)]
      try await rig.catalog.publishNow(Fixtures.metadata(1, files: files), Fixtures.metadata(2))
      try await rig.catalog.storeDecryptionKeys([
        RevisionKeys(
          identity: Self.identity(1),
          files: [.init(digest: Fixtures.digest(1), key: [1, 2, 3]), .init(digest: Fixtures.digest(2), key: nil)])
      ])
      let response = try await rig.call(
        GetUpdateDecryptionData.self,
        .init(cookie: try await rig.cookie(), identities: [Self.identity(1), Self.identity(2)]))
      #expect(response.updates.map(\.identity) == [Self.identity(1), Self.identity(2)])
      #expect(response.updates.first?.files.map(\.digest) == [Fixtures.digest(1), Fixtures.digest(2)])
      #expect(response.updates.first?.files.map(\.decryptionKey) == [[1, 2, 3], nil])
      #expect(response.updates.last?.files.isEmpty == true)
    }
  }
}
