import Catalog
import Foundation
import Packing
import TestSupport
import Testing
import UpdateModel
import WireFormat

@testable import UpdateServer

@Suite struct BlobTests {
  private static func document(_ count: Int, declaration: String = "") -> [UInt8] {
    Array((declaration + "<u>" + String(repeating: "ü", count: count - 7) + "</u>").utf8)
  }

  private static func text(_ blob: MetadataBlob) throws -> [UInt8] {
    switch blob {
    case .plain(let bytes): bytes
    case .cabinet(let bytes): try MetadataText.decode(CabinetReader.soleMember(of: bytes, limit: 1 << 20))
    }
  }

  @Test("SSS-162: a document above 5,120 bytes of UTF-16 is packed, when the setting says so")
  func threshold() throws {
    for (characters, isPacked) in [(8, false), (2_560, false), (2_561, true), (40_000, true)] {
      let document = Self.document(characters)
      let blob = try BlobPacker.blob(document, cabinetAbove: 5_120)
      if case .cabinet = blob { #expect(isPacked, "\(characters)") } else { #expect(!isPacked, "\(characters)") }
      #expect(try Self.text(blob) == document)
      #expect(try BlobPacker.blob(document, cabinetAbove: nil) == .plain(document))
    }
  }

  @Test("SSS-162: the member is UTF-16LE without mark and declaration, also beyond the basic plane")
  func member() throws {
    let document = Array("<u>a😀</u>".utf8)
    let packed = try BlobPacker.blob(
      Array("<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n".utf8) + document, cabinetAbove: 0)
    guard case .cabinet(let cabinet) = packed else {
      Issue.record("not packed")
      return
    }
    let member = try CabinetReader.soleMember(of: cabinet, limit: 1 << 20)
    #expect(member.prefix(8) == [0x3C, 0, 0x75, 0, 0x3E, 0, 0x61, 0])
    #expect(try Self.text(packed) == document)
  }

  @Test("SSS-162, SSS-171: a DSS reads the same documents whether long ones are packed or not")
  func overTheWire() async throws {
    var limits = UpdateServerLimits()
    limits.cabinetBytes = 5_120
    try await ServerRig.run(limits: limits) { rig async throws in
      let long = Fixtures.staged(
        Fixtures.metadata(1) { $0.localized = [.init(language: "en", title: String(repeating: "long ", count: 2_000))] }
      )
      let short = Fixtures.staged(Fixtures.metadata(2))
      try await rig.catalog.publishNow([long, short])
      let answer = try await rig.raw(
        GetUpdateData.self,
        .init(
          cookie: try await rig.cookie(),
          identities: [1, 2].map { UpdateIdentity(updateID: Fixtures.guid($0), revisionNumber: 1) }))
      #expect(answer.text.components(separatedBy: "<XmlUpdateBlobCompressed>").count == 2)
      #expect(answer.text.components(separatedBy: "<XmlUpdateBlob>").count == 2)
      let parser = ReplyParser<GetUpdateData>(version: .v11)
      try parser.push(answer.body)
      guard case .response(let data) = try parser.finish() else {
        Issue.record("fault")
        return
      }
      #expect(try data.updates.map { try Self.text($0.blob) } == [long.document, short.document])
    }
  }
}
