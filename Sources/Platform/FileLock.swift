import Glibc
public import UpdateModel

/// Why a lock was not taken.
public enum FileLockError: Error, Hashable, Sendable {
  /// Another run holds it; `processID` is nil when it could not be read.
  case held(path: String, processID: Int32?)
  case system(SystemError)

  public var reaction: Reaction { .giveUp }
}

extension FileLockError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .held(let path, let processID):
      "lock \(path): expected free, found held by another run\(processID.map { " (process \($0))" } ?? "")"
    case .system(let error): error.description
    }
  }
}

/// The right to be the only run that works on a state directory.
///
/// The system gives it up when this object or its process ends, however it ends. The file stays; only the
/// advisory lock on it counts. It holds the owner's process id as text.
public final class FileLock: Sendable {
  public let path: String
  let descriptor: OwnedDescriptor

  /// Takes the lock without waiting.
  ///
  /// - Throws: ``FileLockError/held(path:processID:)`` when another process or object holds it.
  public init(path: String) throws(FileLockError) {
    self.path = path
    descriptor = try Self.take(path)
  }

  // Closing alone is not enough: a child process has the same open file until it becomes another program.
  deinit { descriptor.unlock() }

  /// Whether anybody holds the lock now. Takes nothing, so that no run is refused because of the question.
  ///
  /// - Throws: ``FileLockError/system(_:)``; a file that does not exist is not held.
  public static func isHeld(path: String) throws(FileLockError) -> Bool {
    do {
      return try OwnedDescriptor(opening: path, flags: O_RDONLY | O_NOFOLLOW).isLockedElsewhere()
    } catch {
      if error.isNotFound { return false }
      throw .system(error)
    }
  }

  private static func take(_ path: String) throws(FileLockError) -> OwnedDescriptor {
    let holder: Int32?
    do {
      let file = try OwnedDescriptor(opening: path, flags: O_RDWR | O_CREAT | O_NOFOLLOW, permissions: 0o644)
      if try file.tryLock() {
        let line = Array("\(getpid())\n".utf8)
        try file.truncate(to: 0)
        try line.withUnsafeBufferPointer { (all) throws(SystemError) in
          try file.write(UnsafeRawBufferPointer(all), at: 0)
        }
        return file
      }
      holder = processID(in: file)
    } catch {
      throw .system(error)
    }
    throw .held(path: path, processID: holder)
  }

  private static func processID(in descriptor: borrowing OwnedDescriptor) -> Int32? {
    guard let bytes = try? descriptor.contents(limit: 32) else { return nil }
    return Int32(String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self))
  }
}
