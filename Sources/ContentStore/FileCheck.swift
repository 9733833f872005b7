import Platform
import Sealing
import Synchronization
import UpdateModel

/// The digests of a stored file, taken a piece at a time so that reading can be paced and stopped.
final class FileCheck: Sendable {
  /// Bytes read on one turn of the pool.
  static let turnSize: Int64 = 4 << 20
  private static let readSize = 256 << 10

  let file: StoredFile
  private let descriptor: OwnedDescriptor
  private let digester: Mutex<FileDigester?>

  init(_ open: consuming OpenFile) throws {
    file = open.file
    descriptor = open.descriptor
    digester = Mutex(try FileDigester())
  }

  /// Reads from `offset` on.
  ///
  /// - Returns: bytes read; less than ``turnSize`` at the end of the file.
  func readTurn(at offset: Int64) throws -> Int64 {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.readSize, alignment: 64)
    defer { buffer.deallocate() }
    var done: Int64 = 0
    while done < Self.turnSize {
      let count = try descriptor.read(into: buffer, at: offset + done)
      if count == 0 { break }
      try digester.withLock { try $0?.update(UnsafeRawBufferPointer(rebasing: buffer[..<count])) }
      done += Int64(count)
    }
    return done
  }

  /// What is wrong with the file, or nil. `declared` adds length and SHA-256 to the SHA-1 of the name.
  func verdict(declared: ContentFile?, length: Int64) throws -> ContentStoreError? {
    let found = try digester.withLock { digester in
      guard let taken = digester.take() else {
        throw ContentStoreError.digestUnavailable(reason: "asked twice")
      }
      return try taken.finish()
    }
    let file = declared ?? ContentFile(digest: file.digest, fileName: file.name.text, size: nil)
    return ContentStore.mismatch(file, length: length, found.sha1, found.sha256)
  }
}
