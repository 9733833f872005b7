import Catalog
import Foundation
import GRDB
import Testing
import UpdateModel

struct DownstreamTests {
  let folder = try! TemporaryFolder()
  let clock = TestClock()

  @Test("a server that was turned away waits for a decision, and is approved by its GUID")
  func waiting() async throws {
    let catalog = try await folder.catalog(clock: clock)
    try await catalog.recordRefusedDownstream(guid(1), name: "branch.example")
    let refused = try #require(try await catalog.downstreamServer(guid(1)))
    #expect(!refused.isApproved)
    #expect(refused.lastRefused == clock.now)
    let change = try await catalog.approveDownstream(guid(1))
    #expect(change.before == refused)
    #expect(change.after.isApproved)
    #expect(change.after.name == "branch.example")
    clock.advance(seconds: 60)
    try await catalog.registerDownstream(guid(1), name: "branch.example", protocolVersion: .announced)
    let served = try #require(try await catalog.downstreamServer(guid(1)))
    #expect(served.isApproved)
    #expect(served.lastRefused == nil)
    #expect(served.firstSeen == refused.firstSeen)
    #expect(served.lastSeen == clock.now)
  }

  @Test("a server can be approved before it was ever seen; its own name replaces the one that was given")
  func unknown() async throws {
    let catalog = try await folder.catalog(clock: clock)
    let change = try await catalog.approveDownstream(guid(2), name: "new")
    #expect(change.before == nil)
    #expect(change.after.name == "new")
    try await catalog.registerDownstream(guid(2), name: "new.example", protocolVersion: nil)
    #expect(try await catalog.downstreamServers().map(\.name) == ["new.example"])
    #expect(try await catalog.downstreamServers().map(\.isApproved) == [true])
  }

  @Test("a server that is removed is gone, with its approval; an unknown one cannot be removed")
  func removal() async throws {
    let catalog = try await folder.catalog(clock: clock)
    try await catalog.approveDownstream(guid(1), name: "a")
    try await catalog.approveDownstream(guid(2), name: "b")
    #expect(try await catalog.removeDownstream(guid(1)).name == "a")
    #expect(try await catalog.downstreamServers().map(\.serverID) == [guid(2)])
    await #expect(throws: CatalogError.unknownDownstreamServer(guid(1))) { try await catalog.removeDownstream(guid(1)) }
    try await catalog.recordRefusedDownstream(guid(1), name: "a")
    #expect(try await catalog.downstreamServer(guid(1))?.isApproved == false)
  }

  @Test("made-up GUIDs do not fill the table")
  func flood() async throws {
    let catalog = try await folder.catalog(clock: clock)
    for number in 1...Catalog.maximumWaitingServers + 20 {
      try await catalog.recordRefusedDownstream(guid(number), name: "flood")
    }
    #expect(try await catalog.downstreamServers().count == Catalog.maximumWaitingServers)
    // One that is approved does not wait, and one that is known is still told apart.
    try await catalog.approveDownstream(guid(1))
    try await catalog.recordRefusedDownstream(guid(9_999), name: "next")
    #expect(try await catalog.downstreamServer(guid(9_999)) != nil)
  }

  private func file(_ digest: FileDigest, _ name: String) -> ContentFile {
    ContentFile(digest: digest, fileName: name, size: 1)
  }

  private func digest(first: UInt8, folder: UInt8) -> FileDigest {
    FileDigest(bytes: [first] + [UInt8](repeating: 7, count: 18) + [folder])!
  }

  @Test("SSS-271: a FileName means the only file of its folder that has it, in any letter case")
  func alias() async throws {
    let catalog = try await folder.catalog(clock: clock)
    let (one, two) = (digest(first: 1, folder: 0xAB), digest(first: 2, folder: 0xAB))
    let other = digest(first: 1, folder: 0xCD)
    try await catalog.add(
      .updates,
      [
        revision(1) { $0.files = [file(one, "Windows-KB1.cab"), file(two, "same.exe")] },
        revision(2) { $0.files = [file(one, "Windows-KB1.cab"), file(other, "Same.exe")] },
      ])
    #expect(try await catalog.contentFile(folder: 0xAB, fileName: "windows-kb1.CAB") == one)
    #expect(try await catalog.contentFile(folder: 0xCD, fileName: "windows-kb1.CAB") == nil)
    #expect(try await catalog.contentFile(folder: 0xAB, fileName: "same.exe") == two)
    #expect(try await catalog.contentFile(folder: 0xCD, fileName: "same.exe") == other)
    #expect(try await catalog.contentFile(folder: 0xAB, fileName: "Windows-KB1") == nil)
    #expect(try await catalog.contentFile(folder: 0xAB, fileName: "") == nil)
    #expect(try await catalog.contentFile(folder: 0xAB, fileName: "%") == nil)
  }

  @Test("SSS-271: a FileName of two files in one folder means neither, and a staged revision has no names yet")
  func ambiguousAlias() async throws {
    let catalog = try await folder.catalog(clock: clock)
    let (one, two) = (digest(first: 1, folder: 0xAB), digest(first: 2, folder: 0xAB))
    try await catalog.add(.updates, [revision(1) { $0.files = [file(one, "setup.exe")] }])
    try await catalog.stage(.updates, [revision(2) { $0.files = [file(two, "SETUP.exe")] }])
    #expect(try await catalog.contentFile(folder: 0xAB, fileName: "setup.exe") == one)
    try await catalog.publish(.updates)
    #expect(try await catalog.contentFile(folder: 0xAB, fileName: "setup.exe") == nil)
  }

  @Test("a name is looked for in one folder, not in all files")
  func plan() async throws {
    let catalog = try await folder.catalog(clock: clock)
    let queue = try DatabaseQueue(path: catalog.path)
    let plan = try await queue.read { db in
      try Row.fetchAll(
        db,
        sql: """
          EXPLAIN QUERY PLAN SELECT DISTINCT digest FROM file CROSS JOIN revisionFile USING (fileID)
            CROSS JOIN revision USING (revisionID)
          WHERE substr(digest, 20, 1) = ? AND fileName = ? COLLATE NOCASE AND changeSequence IS NOT NULL LIMIT 2
          """, arguments: [Foundation.Data([1]), "x"]
      ).map { $0["detail"] as String }
    }
    #expect(plan.contains { $0.contains("fileFolder") }, "\(plan)")
    #expect(!plan.contains { $0.hasPrefix("SCAN") }, "\(plan)")
  }
}
