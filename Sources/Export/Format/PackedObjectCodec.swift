import Packing
import WireFormat

/// Objects that are one Zstandard frame each.
enum PackedObjectCodec {
  static func pack(_ bytes: [UInt8]) throws(PackingError) -> PackedBytes {
    var writer = try FrameWriter()
    return PackedBytes(bytes: try writer.frame(bytes), length: bytes.count)
  }

  /// - Parameter length: what the manifest says; another one is refused before anything is unpacked.
  static func unpack(_ bytes: [UInt8], length: Int) throws(PackingError) -> [UInt8] {
    let reader = try FrameReader()
    return try bytes.withUnsafeBufferPointer { (all) throws(PackingError) in
      try reader.unpack(UnsafeRawBufferPointer(all), length: length)
    }
  }
}

/// Base64 as text.
enum Base64Text {
  static func text(_ bytes: [UInt8]) -> String { String(decoding: Base64.encode(bytes), as: UTF8.self) }
}
