import Glibc
import Testing
import UpdateModel

@testable import Platform

@Suite struct FileLockTests {
  private let folder: TemporaryFolder
  private var path: String { folder.path + "/lock" }

  init() throws { folder = try TemporaryFolder() }

  @Test("a held lock names the holder's process, and is free when the holder is gone")
  func held() throws {
    do {
      let lock = try FileLock(path: path)
      #expect(throws: FileLockError.held(path: path, processID: getpid())) { try FileLock(path: path) }
      #expect(lock.path == path)
    }
    _ = try FileLock(path: path)
  }

  @Test("a lock that is given back is free, though a child that is about to become another program still has the file")
  func releasedBeforeChild() throws {
    var lock: FileLock? = try FileLock(path: path)
    // Between fork and exec a child has a copy of each descriptor.
    let copy = dup(try #require(lock).descriptor.number)
    defer { close(copy) }
    lock = nil
    #expect(try FileLock(path: path).path == path)
  }

  @Test("a lock is free again when its process was killed")
  func killed() async throws {
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
      let lock = try FileLock(path: path)
      kill(getpid(), SIGKILL)
      _ = lock.path
    }
    let line = String(decoding: try DurableFile.read(path, limit: 32), as: UTF8.self)
    #expect(line != "\(getpid())\n" && line.hasSuffix("\n"))
    _ = try FileLock(path: path)
  }

  @Test("asking whether a lock is held takes nothing and makes no file")
  func asked() throws {
    #expect(try !FileLock.isHeld(path: path))
    #expect(throws: SystemError.self) { try DurableFile.read(path, limit: 32) }
    do {
      let lock = try FileLock(path: path)
      #expect(try FileLock.isHeld(path: path))
      #expect(lock.path == path)
    }
    let reader = try OwnedDescriptor(opening: path, flags: O_RDONLY)
    #expect(try !reader.isLockedElsewhere())
    let lock = try FileLock(path: path)
    #expect(try reader.isLockedElsewhere())
    withExtendedLifetime(lock) {}
  }

  @Test("a lock in a folder that does not exist is a system error")
  func missing() {
    let error = #expect(throws: FileLockError.self) { try FileLock(path: folder.path + "/no/lock") }
    guard case .system(let inner)? = error else {
      Issue.record("found \(String(describing: error))")
      return
    }
    #expect(inner.isNotFound)
    #expect(error?.reaction == .giveUp)
  }
}
