/// Writes Cabinets in the form of Windows without compressing: one folder of type 0x1503
/// (LZX, window of 2 MiB) whose LZX stream has only uncompressed blocks (guide 7.6, SSS-162).
public enum StoredCabinet {
  /// Uncompressed bytes of one CFDATA block and of one LZX frame.
  static let frameByteCount = 32_768
  private static let compressionType = 0x1503
  private static let mostFrames = 0xFFFF

  /// Makes a Cabinet 1.3 with one member; the same input gives the same bytes.
  ///
  /// - Throws: ``PackingError/memberName(_:)``, or ``PackingError/memberTooLarge(limit:declared:)``
  ///   above 65,535 blocks of 32 KiB.
  public static func pack(_ bytes: [UInt8], memberName: String = "blob") throws(PackingError) -> [UInt8] {
    let name = Array(memberName.utf8)
    guard (1...255).contains(name.count), !name.contains(0) else { throw .memberName(memberName) }
    let limit = mostFrames * frameByteCount
    guard bytes.count <= limit else { throw .memberTooLarge(limit: limit, declared: bytes.count) }
    let frames = max(1, (bytes.count + frameByteCount - 1) / frameByteCount)
    var cabinet = header(frames: frames, memberLength: bytes.count, name: name)
    cabinet.reserveCapacity(cabinet.count + bytes.count + frames * 32)
    for frame in 0..<frames {
      let start = frame * frameByteCount
      appendBlock(bytes[start..<min(start + frameByteCount, bytes.count)], isFirst: frame == 0, to: &cabinet)
    }
    return withTotalLength(cabinet)
  }

  /// CFHEADER, CFFOLDER and CFFILE; date, time and attributes are 0 as Windows writes them.
  private static func header(frames: Int, memberLength: Int, name: [UInt8]) -> [UInt8] {
    let memberTable = CabinetHeader.byteCount + CabinetHeader.folderByteCount
    var header = Array("MSCF".utf8)
    for field in [0, 0, 0, memberTable, 0] { header.append32(field) }
    header += [3, 1]
    for field in [1, 1, 0, 0, 0] { header.append16(field) }
    header.append32(memberTable + 16 + name.count + 1)
    header.append16(frames)
    header.append16(compressionType)
    header.append32(memberLength)
    header.append32(0)
    for field in [0, 0, 0, 0] { header.append16(field) }
    return header + name + [0]
  }

  /// One CFDATA: checksum, both lengths, the LZX frame.
  private static func appendBlock(_ content: ArraySlice<UInt8>, isFirst: Bool, to cabinet: inout [UInt8]) {
    let start = cabinet.count
    cabinet.append32(0)
    cabinet.append16(0)
    cabinet.append16(content.count)
    let frameStart = cabinet.count
    appendFrame(content, isFirst: isFirst, to: &cabinet)
    let length = cabinet.count - frameStart
    cabinet[start + 4] = UInt8(truncatingIfNeeded: length)
    cabinet[start + 5] = UInt8(truncatingIfNeeded: length >> 8)
    let sum = CabinetChecksum.of(cabinet[(start + 4)...])
    for place in 0..<4 { cabinet[start + place] = UInt8(truncatingIfNeeded: sum >> (8 * UInt32(place))) }
  }

  /// An uncompressed LZX block: header bits, three recent offsets of 1, the bytes, a pad byte if odd.
  private static func appendFrame(_ content: ArraySlice<UInt8>, isFirst: Bool, to cabinet: inout [UInt8]) {
    // The very first bit of the stream says "no call translation"; then 3 bits type 3 and 24 bits length.
    let width = isFirst ? 28 : 27
    let bits = (3 << 24 | content.count) << (32 - width)
    cabinet.append16(bits >> 16)
    cabinet.append16(bits)
    for _ in 0..<3 { cabinet.append32(1) }
    cabinet += content
    if !content.count.isMultiple(of: 2) { cabinet.append(0) }
  }

  private static func withTotalLength(_ cabinet: [UInt8]) -> [UInt8] {
    var cabinet = cabinet
    for place in 0..<4 { cabinet[8 + place] = UInt8(truncatingIfNeeded: cabinet.count >> (8 * place)) }
    return cabinet
  }
}
