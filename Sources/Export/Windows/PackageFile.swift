import Glibc
import Platform

/// A package on its way: `NAME.partial` beside its name until it is whole and on disk.
///
/// All calls block.
final class PackageFile {
  /// Absolute or relative, as it was given.
  let path: String
  private let folder: Folder
  private let name: String
  private let file: OwnedDescriptor

  private var partialName: String { name + ".partial" }

  /// - Throws: ``WindowsPackageError/fileExists(_:)``.
  init(_ path: String) throws {
    let slash = path.lastIndex(of: "/")
    name = slash.map { String(path[path.index(after: $0)...]) } ?? path
    folder = try Folder(path: slash.map { String(path[...$0]) } ?? ".")
    self.path = path
    guard try folder.status(name) == nil else { throw WindowsPackageError.fileExists(path) }
    file = try folder.openFile(name + ".partial", flags: O_RDWR | O_CREAT | O_TRUNC, permissions: 0o644)
  }

  func write(_ bytes: [UInt8], at offset: Int64) throws {
    try bytes.withUnsafeBytes { try file.write($0, at: offset) }
  }

  /// Gives the package its name, once its bytes are on disk.
  ///
  /// - Returns: the SHA-256 of all bytes.
  func finish() throws -> InlineSHA256 {
    try file.sync()
    let digest = try file.digest(from: 0, upTo: try file.status().size)
    guard try folder.status(name) == nil else { throw WindowsPackageError.fileExists(path) }
    try folder.rename(partialName, to: name, in: folder)
    try folder.sync()
    return digest
  }

  /// Removes what was written.
  func abandon() throws { try folder.remove(partialName) }
}
