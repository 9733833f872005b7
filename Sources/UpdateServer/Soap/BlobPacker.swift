import Packing
import WireFormat

/// Chooses how a document travels in GetUpdateData (MS-WSUSSS 3.1.4.6.3.3, AMB-18).
enum BlobPacker {
  /// The document as text, or as a Cabinet when it is long and long ones are to be packed.
  ///
  /// The member is UTF-16LE without byte order mark and without XML declaration, as Windows writes it.
  ///
  /// - Parameter threshold: bytes of the document in UTF-16; nil for text whatever the length.
  static func blob(_ document: [UInt8], cabinetAbove threshold: Int?) throws(PackingError) -> MetadataBlob {
    // No text is longer in UTF-16 than twice its bytes in UTF-8.
    guard let threshold, document.count * 2 > threshold else { return .plain(document) }
    let units = Array(String(decoding: withoutDeclaration(document), as: UTF8.self).utf16)
    guard units.count * 2 > threshold else { return .plain(document) }
    return .cabinet(try StoredCabinet.pack(littleEndian(units)))
  }

  private static func withoutDeclaration(_ document: [UInt8]) -> ArraySlice<UInt8> {
    guard document.starts(with: "<?xml".utf8), let end = document.prefix(1_024).firstIndex(of: UInt8(ascii: ">"))
    else { return document[...] }
    return document[(end + 1)...].drop { $0 == 0x20 || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }
  }

  private static func littleEndian(_ units: [UInt16]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: units.count * 2) { buffer, count in
      for unit in units {
        buffer[count] = UInt8(truncatingIfNeeded: unit)
        buffer[count + 1] = UInt8(truncatingIfNeeded: unit >> 8)
        count += 2
      }
    }
  }
}

extension MetadataBlob {
  /// Bytes of the blob before it is escaped or put into Base64.
  var byteCount: Int {
    switch self {
    case .plain(let bytes), .cabinet(let bytes): bytes.count
    }
  }
}
