import Catalog
import Foundation
import Testing
import UpdateModel

struct RestoredBackupTests {
  let folder = try! TemporaryFolder()

  @Test("SSS-387: an anchor from a life that a restored backup undid is foreign, also when its sequence is used again")
  func restoredBackup() async throws {
    let clock = TestClock()
    let path = "\(folder.path)/catalog.sqlite"
    let first = try await folder.catalog(clock: clock)
    try await first.add(.updates, [revision(1)])
    let kept = try await first.syncAnchor()
    try first.close()
    try FileManager.default.copyItem(atPath: path, toPath: path + ".backup")

    let undone = try await folder.catalog(clock: clock)
    clock.advance(seconds: 60)
    try await undone.add(.updates, [revision(2)])
    let lost = try await undone.syncAnchor()
    try undone.close()
    for suffix in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: path + suffix) {
      try FileManager.default.removeItem(atPath: path + suffix)
    }
    try FileManager.default.copyItem(atPath: path + ".backup", toPath: path)

    let restored = try await folder.catalog(clock: clock)
    clock.advance(seconds: 60)
    try await restored.add(.updates, [revision(3)])
    try await restored.add(.updates, [revision(4)])
    #expect(try await restored.list(after: kept) == [identity(3), identity(4)])
    let error = await #expect(throws: CatalogError.self) { try await restored.list(after: lost) }
    #expect(error?.reaction == .resetAnchors)
  }
}
