/// Reads Cabinets that hold one member: update metadata as servers send it (MS-WSUSSS 3.1.4.6.3.3).
public enum CabinetReader {
  /// Unpacks the only member; stored, MSZIP and LZX.
  ///
  /// Blocks the calling thread: run it on a blocking pool.
  ///
  /// - Parameter limit: the most bytes that the member may have; also bounds the memory.
  /// - Throws: ``PackingError`` when the bytes are no Cabinet, are cut or too long, hold any
  ///   number of members but one, or do not unpack to the declared length.
  public static func soleMember(of bytes: [UInt8], limit: Int) throws(PackingError) -> [UInt8] {
    let header = try CabinetHeader(bytes, limit: limit)
    var failure: PackingError?
    // The array is filled in place: no second copy, and none of the copies that the optimiser mishandles.
    let member = [UInt8](unsafeUninitializedCapacity: header.memberLength) { buffer, count in
      let result = unpack(bytes, into: UnsafeMutableRawBufferPointer(buffer))
      switch result {
      case .success(let written): count = written
      case .failure(let error): failure = error
      }
    }
    if let failure { throw failure }
    guard member.count == header.memberLength else {
      throw .memberLengthMismatch(declared: header.memberLength, found: member.count)
    }
    return member
  }

  private static func unpack(
    _ bytes: [UInt8], into output: UnsafeMutableRawBufferPointer
  ) -> Result<Int, PackingError> {
    bytes.withUnsafeBytes { cabinet in
      Result { () throws(PackingError) in try unpack(cabinet, into: output) }
    }
  }

  private static func unpack(
    _ cabinet: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws(PackingError) -> Int {
    let archive = try ArchiveHandle.open(cabinet: cabinet)
    guard try archive.advance() else { throw .memberCount(expected: 1, found: 0) }
    var written = 0
    while written < output.count {
      let count = try archive.read(into: UnsafeMutableRawBufferPointer(rebasing: output[written...]))
      if count == 0 { break }
      written += count
    }
    guard try !archive.advance() else { throw .memberCount(expected: 1, found: 2) }
    return written
  }
}
