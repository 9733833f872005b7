import Glibc
import Packing
import Platform
import Sealing
import UpdateModel

/// Writes an inventory list, which may be long, into a file of the plan's folder, and then packs it from there.
struct ListWriter: ~Copyable {
  /// What a list became.
  struct Packed {
    /// Of the list itself.
    let listSHA256: InlineSHA256
    /// Of the list itself, in bytes.
    let length: Int64
    let sha256: InlineSHA256
    /// Bytes.
    let size: Int64
  }

  private static let pieceSize = 256 << 10

  private let folder: PlanFolder
  private let file: OwnedDescriptor
  private var digest: DigestStream
  private var piece: [UInt8] = []
  private var length: Int64 = 0

  init(_ folder: PlanFolder) throws {
    let file = try folder.makeList()
    let digest = try DigestStream(algorithm: .sha256)
    self.folder = folder
    self.file = file
    self.digest = digest
    piece.reserveCapacity(Self.pieceSize + 64)
  }

  mutating func append(_ record: some ListRecord) throws {
    record.append(to: &piece)
    if piece.count >= Self.pieceSize { try flush() }
  }

  /// Packs the list as an object of the plan.
  consuming func pack(as name: ObjectName) throws -> Packed {
    try flush()
    let length = length
    let file = file
    var packedDigest = try DigestStream(algorithm: .sha256)
    var size: Int64 = 0
    let target = try folder.makeObject(name)
    var packer = try FrameWriter()
    var offset: Int64 = 0
    try packer.frame(length: Int(length)) { buffer in
      let got = try file.read(into: buffer, at: offset)
      offset += Int64(got)
      return got
    } to: { packed in
      try target.write(packed, at: size)
      try packedDigest.update(packed)
      size += Int64(packed.count)
    }
    return Packed(
      listSHA256: try InlineSHA256(finishing: digest), length: length,
      sha256: try InlineSHA256(finishing: packedDigest), size: size)
  }

  private mutating func flush() throws {
    try piece.withUnsafeBytes { bytes in
      try file.write(bytes, at: length)
      try digest.update(bytes)
    }
    length += Int64(piece.count)
    piece.removeAll(keepingCapacity: true)
  }
}
