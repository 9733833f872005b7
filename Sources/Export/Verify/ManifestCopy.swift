import Platform
import Sealing
import UpdateModel

/// `manifest.json` as it was read once: what is checked is what is used, whatever the medium says later.
///
/// A manifest may have 256 MiB: a site keeps it in a file without a name, others in memory. All calls block.
final class ManifestCopy: Sendable {
  private static let pieceSize = 1 << 20

  /// Bytes.
  let size: Int64
  let sha256: InlineSHA256
  private let file: ScratchFile?
  /// Without a file.
  private let memory: [UInt8]

  /// Reads `original` to its end.
  ///
  /// - Parameter state: the state directory of a site; nil: the copy is in memory.
  init(_ original: borrowing OwnedDescriptor, state: String?) throws {
    let file = try state.map { try ScratchFile(state: $0) }
    var memory: [UInt8] = []
    var digest = try DigestStream(algorithm: .sha256)
    var end: Int64 = 0
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.pieceSize, alignment: 4096)
    defer { buffer.deallocate() }
    while true {
      let got = try original.read(into: buffer, at: end)
      if got == 0 { break }
      let piece = UnsafeRawBufferPointer(rebasing: buffer[..<got])
      try digest.update(piece)
      if let file { try file.append(piece) } else { memory.append(contentsOf: piece) }
      end += Int64(got)
    }
    size = end
    sha256 = try InlineSHA256(finishing: digest)
    self.file = file
    self.memory = memory
  }

  /// The bytes from `offset` on, at most a MiB; empty at the end.
  func piece(at offset: Int64) throws -> [UInt8] {
    let count = Int(max(0, min(Int64(Self.pieceSize), size - offset)))
    guard let file else { return Array(memory[Int(offset)..<Int(offset) + count]) }
    return try file.bytes(from: offset, count: count)
  }

  /// Shows all bytes, in pieces.
  func forEachPiece(_ body: ([UInt8]) throws -> Void) throws {
    var offset: Int64 = 0
    while offset < size {
      let piece = try piece(at: offset)
      if piece.isEmpty { throw SystemError(call: "read", path: "the copy of \(ArchiveManifest.name)", code: 5) }
      try body(piece)
      offset += Int64(piece.count)
    }
  }

  /// Step `manifest` of docs/archive-format.md section 7: reads and checks it, a piece at a time.
  func parsed() throws -> ArchiveManifest {
    var offset: Int64 = 0
    var failure: (any Error)?
    do {
      let reader = try CanonicalJSONReader(document: ArchiveManifest.name) {
        do {
          let piece = try self.piece(at: offset)
          offset += Int64(piece.count)
          return piece
        } catch {
          failure = error
          return []
        }
      }
      return try ArchiveManifest.parse(reader, byteCount: Int(size))
    } catch {
      if let failure { throw failure }
      let head = try piece(at: 0)
      throw FormatVersion.refusal(head, document: ArchiveManifest.name, expected: ArchiveManifest.version) ?? error
    }
  }
}
