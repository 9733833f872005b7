internal import Foundation
internal import Sealing
internal import UpdateModel

/// A file under its digest's name, with `.part` behind it until it is whole and checked.
struct PartFile {
  let path: String
  private let handle: FileHandle
  private(set) var offset: Int64

  /// Opens what an earlier download left, or an empty file. What is longer than the whole file is thrown away.
  init(folder: String, digest: FileDigest, size: Int64) throws {
    path = "\(folder)/\(digest.hex).part"
    let isThere = FileManager.default.fileExists(atPath: path)
    guard isThere || FileManager.default.createFile(atPath: path, contents: nil),
      let handle = FileHandle(forUpdatingAtPath: path)
    else {
      throw UpdateClientError.file(path: path, reason: "cannot be written")
    }
    self.handle = handle
    offset = Int64(try handle.seekToEnd())
    if offset > size { try restart() }
  }

  mutating func append(_ bytes: [UInt8]) throws {
    try handle.write(contentsOf: Data(bytes))
    offset += Int64(bytes.count)
  }

  mutating func restart() throws {
    try handle.truncate(atOffset: 0)
    offset = 0
  }

  /// Both digests of all bytes.
  func digests() throws -> (sha1: FileDigest, sha256: SHA256Digest) {
    var digester = try FileDigester()
    try handle.seek(toOffset: 0)
    while let piece = try handle.read(upToCount: 256 << 10), !piece.isEmpty {
      try digester.update([UInt8](piece))
    }
    return try digester.finish()
  }

  /// Gives the file its name, when its bytes are on disk.
  func finish(as name: String) throws {
    try handle.synchronize()
    try handle.close()
    guard rename(path, name) == 0 else {
      throw UpdateClientError.file(path: name, reason: String(cString: strerror(errno)))
    }
  }

  func discard() throws {
    try handle.close()
    try FileManager.default.removeItem(atPath: path)
  }
}
