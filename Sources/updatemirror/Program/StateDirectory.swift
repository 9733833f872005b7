import Foundation
import Platform

/// The folder that holds everything a server keeps, and the names inside it.
struct StateDirectory: Equatable, Sendable {
  static let environmentName = "UPDATEMIRROR_STATE"
  static let standardPath = "/var/lib/updatemirror"

  let path: String

  /// - Parameter path: relative paths start at the working directory.
  init(path: String) {
    self.path = URL(fileURLWithPath: path).standardizedFileURL.path
  }

  var configurationFile: String { path + "/updatemirror.toml" }
  var catalogFile: String { path + "/catalog.sqlite" }
  var keysFolder: String { path + "/keys" }
  var cookieKeysFile: String { keysFolder + "/cookies" }
  var contentFolder: String { path + "/content" }
  var lockFile: String { path + "/lock" }

  /// Everything was made: the catalogue is the last thing that `init` makes.
  var exists: Bool { FileManager.default.fileExists(atPath: catalogFile) }

  /// - Throws: ``Failure`` with ``ProgramStatus/noState``.
  func requireExisting() throws(Failure) {
    guard !exists else { return }
    throw Failure(
      .noState, "state directory \(path): expected catalog.sqlite in it, found none",
      hint: "updatemirror init --state \(path)")
  }

  /// Takes the lock that keeps runs apart which change the state.
  func lock() throws(FileLockError) -> FileLock { try FileLock(path: lockFile) }

  /// Whether a run holds the lock now; takes nothing.
  func isLocked() throws(FileLockError) -> Bool { try FileLock.isHeld(path: lockFile) }
}
