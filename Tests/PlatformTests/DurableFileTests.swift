import Glibc
import Platform
import Testing

@Suite struct DurableFileTests {
  private let folder: TemporaryFolder
  private var file: String { folder.path + "/keys" }

  init() throws { folder = try TemporaryFolder() }

  @Test("a written file has the bytes, the permissions and no temporary beside it")
  func writes() throws {
    try DurableFile.write([1, 2, 3], to: file, permissions: 0o600)
    try DurableFile.write([4, 5], to: file, permissions: 0o640)
    #expect(try DurableFile.read(file, limit: 100) == [4, 5])
    #expect(try Folder(path: folder.path).status("keys")?.permissions == 0o640)
    #expect(try folder.names() == ["keys"])
  }

  @Test("a full disk at the write, the fsync or the rename leaves the old file whole", arguments: 0..<3)
  func fullDisk(step: Int) throws {
    try DurableFile.write([1, 2, 3], to: file)
    var calls = SystemCalls.real
    switch step {
    case 0:
      calls.write = { _, _, _, _ in
        errno = ENOSPC
        return -1
      }
    case 1:
      calls.sync = { _ in
        errno = ENOSPC
        return -1
      }
    default:
      calls.rename = { _, _, _, _ in
        errno = ENOSPC
        return -1
      }
    }
    let error = #expect(throws: SystemError.self) { try DurableFile.write([9], to: file, calls: calls) }
    #expect(error?.isNoSpace == true)
    #expect(try DurableFile.read(file, limit: 100) == [1, 2, 3])
    #expect(try folder.names() == ["keys"])
  }

  @Test("a file that comes in pieces is written whole, with its permissions, or as the medium makes them")
  func pieces() throws {
    let parent = try Folder(path: folder.path)
    try DurableFile.write(to: "keys", in: parent, permissions: 0o640) { sink in
      for piece in [[1, 2], [], [3]] as [[UInt8]] { try sink(piece) }
    }
    #expect(try DurableFile.read(file, limit: 100) == [1, 2, 3])
    #expect(try parent.status("keys")?.permissions == 0o640)
    try DurableFile.write(to: "keys", in: parent, permissions: nil) { try $0([4]) }
    #expect(try DurableFile.read(file, limit: 100) == [4])
    #expect(try folder.names() == ["keys"])
  }

  @Test("what stops the pieces leaves the old file whole and no temporary")
  func stoppedPieces() throws {
    try DurableFile.write([1, 2, 3], to: file)
    let parent = try Folder(path: folder.path)
    #expect(throws: CancellationError.self) {
      try DurableFile.write(to: "keys", in: parent) { sink in
        try sink([9, 9])
        throw CancellationError()
      }
    }
    #expect(try DurableFile.read(file, limit: 100) == [1, 2, 3])
    #expect(try folder.names() == ["keys"])
  }

  @Test("a temporary that a crash left is overwritten")
  func leftover() throws {
    try DurableFile.write([7, 7, 7, 7], to: file + ".new")
    try DurableFile.write([1], to: file)
    #expect(try DurableFile.read(file, limit: 100) == [1])
    #expect(try folder.names() == ["keys"])
  }

  @Test("a temporary that is a link is not written through")
  func linkedTemporary() throws {
    try DurableFile.write([5], to: folder.path + "/victim")
    symlink("victim", file + ".new")
    #expect(throws: SystemError.self) { try DurableFile.write([1], to: file) }
    #expect(try DurableFile.read(folder.path + "/victim", limit: 9) == [5])
  }

  @Test("a file longer than the limit is refused, one of exactly the limit is read")
  func limit() throws {
    try DurableFile.write([1, 2, 3], to: file)
    #expect(try DurableFile.read(file, limit: 3).count == 3)
    let error = #expect(throws: SystemError.self) { try DurableFile.read(file, limit: 2) }
    #expect(error?.code == EFBIG)
  }

  @Test("a durable rename moves the file, and fails by name when there is none")
  func renames() throws {
    try DurableFile.write([1], to: file)
    try DurableFile.rename(from: file, to: folder.path + "/other")
    #expect(try folder.names() == ["other"])
    let error = #expect(throws: SystemError.self) { try DurableFile.rename(from: file, to: folder.path + "/x") }
    #expect(error?.isNotFound == true)
    #expect(error?.call == "rename")
  }
}
