import Glibc
import Platform
import Testing

@Suite struct FileSystemCallTests {
  private let root: TemporaryFolder

  init() throws { root = try TemporaryFolder() }

  @Test("an empty folder is removed, a full one and a file are not")
  func removing() throws {
    let folder = try Folder(path: root.path)
    try DurableFile.write([1], to: "file", in: try folder.makeFolder("full"))
    _ = try folder.makeFolder("empty", isSynced: false)
    #expect(try folder.removeFolder("empty"))
    #expect(try folder.removeFolder("empty") == false)
    #expect(throws: SystemError(call: "rmdir", path: "\(root.path)/full", code: ENOTEMPTY)) {
      try folder.removeFolder("full")
    }
    #expect(throws: SystemError.self) { try folder.openFolder("full").removeFolder("file") }
  }

  @Test("an open file without a name has no links")
  func links() throws {
    let folder = try Folder(path: root.path)
    let file = try folder.openFile("file", flags: O_RDWR | O_CREAT)
    #expect(try file.status().linkCount == 1)
    try folder.remove("file")
    #expect(try file.status().linkCount == 0)
  }

  @Test("syncing a file system calls the system, and says which folder failed")
  func syncing() throws {
    try Folder(path: root.path).syncFileSystem()
    var calls = SystemCalls.real
    calls.syncFileSystem = { _ in
      errno = EIO
      return -1
    }
    let folder = try Folder(path: root.path, calls: calls)
    #expect(throws: SystemError(call: "syncfs", path: root.path, code: EIO)) { try folder.syncFileSystem() }
  }

  @Test("a call that a test does not admit fails with its error and does nothing")
  func admitting() throws {
    var calls = SystemCalls.real
    calls.admit = { $0 == "mkdir" ? ENOSPC : 0 }
    let folder = try Folder(path: root.path, calls: calls)
    #expect(throws: SystemError(call: "mkdir", path: "\(root.path)/new", code: ENOSPC)) {
      _ = try folder.makeFolder("new")
    }
    #expect(try folder.status("new") == nil)
  }
}
