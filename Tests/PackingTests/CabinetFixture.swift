import Packing

/// Builds Cabinets of shapes that ``StoredCabinet`` never writes.
struct CabinetFixture {
  enum Method: Int { case stored = 0, mszip = 1, quantum = 0x1472, lzx = 0x1503 }

  var method = Method.stored
  var members: [(name: String, content: [UInt8])] = [("blob", [])]
  /// What the member table says instead of the true length of the first member.
  var declaredLength: Int?
  var flags = 0

  var bytes: [UInt8] {
    let content = members.flatMap(\.content)
    let frames = stride(from: 0, to: content.count, by: 32_768).map { start in
      Array(content[start..<min(start + 32_768, content.count)])
    }
    let table = members.enumerated().flatMap { memberEntry($0.offset) }
    var bytes = Array("MSCF".utf8) + field(0, 4) + field(0, 4) + field(0, 4) + field(44, 4) + field(0, 4)
    bytes += [3, 1] + field(1, 2) + field(members.count, 2) + field(flags, 2) + field(0, 4)
    bytes += field(44 + table.count, 4) + field(frames.count, 2) + field(method.rawValue, 2) + table
    for frame in frames {
      let packed = pack(frame)
      bytes += field(0, 4) + field(packed.count, 2) + field(frame.count, 2) + packed
    }
    bytes.replaceSubrange(8..<12, with: field(bytes.count, 4))
    return bytes
  }

  private func memberEntry(_ index: Int) -> [UInt8] {
    let length = index == 0 ? declaredLength ?? members[0].content.count : members[index].content.count
    let offset = members[..<index].reduce(0) { $0 + $1.content.count }
    return field(length, 4) + field(offset, 4) + [UInt8](repeating: 0, count: 8) + Array(members[index].name.utf8) + [0]
  }

  private func pack(_ frame: [UInt8]) -> [UInt8] {
    guard method == .mszip else { return frame }
    // One stored deflate block behind the MSZIP signature.
    return Array("CK".utf8) + [1] + field(frame.count, 2) + field(~frame.count, 2) + frame
  }

  private func field(_ value: Int, _ width: Int) -> [UInt8] {
    (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }
}

/// Bytes that look random and are the same in each run.
func pattern(_ count: Int) -> [UInt8] {
  var state: UInt32 = 0x1234_5678
  return (0..<count).map { _ in
    state = state &* 1_664_525 &+ 1_013_904_223
    return UInt8(truncatingIfNeeded: state >> 24)
  }
}
