import Glibc
import Platform
import Synchronization
import Testing

private final class Counter: Sendable {
  private let value = Mutex(0)

  func next() -> Int {
    value.withLock { value in
      value += 1
      return value
    }
  }
}

@Suite struct OwnedDescriptorTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func open(calls: SystemCalls = .real) throws -> OwnedDescriptor {
    try OwnedDescriptor(opening: folder.path + "/file", flags: O_RDWR | O_CREAT, calls: calls)
  }

  @Test("a write that the system cuts short or interrupts is continued to the last byte")
  func partialWrites() throws {
    let turn = Counter()
    var calls = SystemCalls.real
    calls.write = { descriptor, bytes, count, offset in
      if turn.next().isMultiple(of: 2) {
        errno = EINTR
        return -1
      }
      return pwrite(descriptor, bytes, min(count, 3), off_t(offset))
    }
    let file = try open(calls: calls)
    let bytes = [UInt8](0..<100)
    try bytes.withUnsafeBytes { try file.write($0, at: 5) }
    #expect(try file.contents(limit: 200) == [0, 0, 0, 0, 0] + bytes)
  }

  @Test("a descriptor closes with its value, and not after it was given away")
  func ownership() throws {
    func closed() throws -> Int32 { try open().number }
    #expect(fcntl(try closed(), F_GETFD) == -1)
    let number = try open().take()
    #expect(fcntl(number, F_GETFD) & FD_CLOEXEC == FD_CLOEXEC)
    #expect(close(number) == 0)
  }

  @Test("a second descriptor does not get the lock until the first gives it back")
  func locking() throws {
    let first = try open()
    let second = try open()
    #expect(try first.tryLock())
    #expect(try !second.tryLock())
    first.unlock()
    #expect(try second.tryLock())
  }

  @Test("an error names the call, the path and the system's words")
  func words() {
    let error = #expect(throws: SystemError.self) {
      try OwnedDescriptor(opening: "/nowhere/at/all", flags: O_RDONLY).close()
    }
    #expect(error?.description == "open /nowhere/at/all: No such file or directory")
  }
}
