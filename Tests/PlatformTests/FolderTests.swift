import Glibc
import Platform
import Testing

@Suite struct FolderTests {
  private let root: TemporaryFolder
  private let folder: Folder

  init() throws {
    root = try TemporaryFolder()
    folder = try Folder(path: root.path)
  }

  @Test("a name that leaves the folder is refused", arguments: ["", ".", "..", "a/b", "/etc", "../x", "a\0b"])
  func hostileNames(name: String) throws {
    let error = #expect(throws: SystemError.self) { _ = try folder.openFile(name, flags: O_RDONLY) }
    #expect(error?.code == EINVAL)
    #expect(throws: SystemError.self) { try folder.remove(name) }
    #expect(throws: SystemError.self) { try folder.rename("x", to: name, in: folder) }
  }

  @Test("a link is reported as a link and never opened")
  func links() throws {
    symlink("/etc", root.path + "/folder")
    symlink("/etc/passwd", root.path + "/file")
    #expect(try folder.status("folder")?.kind == .symbolicLink)
    #expect(throws: SystemError.self) { _ = try folder.openFolder("folder") }
    #expect(throws: SystemError.self) { _ = try folder.makeFolder("folder") }
    let error = #expect(throws: SystemError.self) { _ = try folder.openFile("file", flags: O_RDONLY) }
    #expect(error?.code == ELOOP)
  }

  @Test("opening a pipe does not wait for a writer")
  func pipe() throws {
    mkfifo(root.path + "/pipe", 0o600)
    #expect(try folder.openFile("pipe", flags: O_RDONLY).status().kind == .other)
  }

  @Test("missing parents are made, an existing folder is opened")
  func making() throws {
    _ = try Folder.make(path: root.path + "/a/b/c")
    let made = try Folder.make(path: root.path + "/a/b/c")
    #expect(made.path == root.path + "/a/b/c")
    #expect(try folder.makeFolder("a").names() == ["b"])
  }

  @Test("a bare relative path and a trailing slash are made too")
  func relative() throws {
    let name = "platform-test-\(getpid())"
    #expect(try Folder.make(path: name).names().isEmpty)
    #expect(rmdir(name) == 0)
    _ = try Folder.make(path: root.path + "/x/y//")
    #expect(try folder.openFolder("x").names() == ["y"])
  }

  @Test("removing a missing name says so and is no error")
  func removing() throws {
    try DurableFile.write([], to: "file", in: folder)
    #expect(try folder.remove("file"))
    #expect(try !folder.remove("file"))
    #expect(try folder.status("file") == nil)
  }

  @Test("free space is what the file system says, and a failing call is an error")
  func freeSpace() throws {
    #expect(try FreeSpace.available(at: root.path) > 0)
    var calls = SystemCalls.real
    calls.freeBytes = { _ in
      errno = EIO
      return -1
    }
    #expect(throws: SystemError.self) { try Folder(path: root.path, calls: calls).freeBytes() }
  }
}
