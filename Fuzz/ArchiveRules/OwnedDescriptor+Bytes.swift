import Platform

extension OwnedDescriptor {
  /// Stands in for the function of `PartialVolume.swift`, a file that would bring the content store.
  ///
  /// - Returns: a few bytes; fewer when the file ends before.
  func bytes(from start: Int64, upTo end: Int64) throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: Int(end - start))
    var done = 0
    while done < bytes.count {
      let got = try bytes.withUnsafeMutableBytes {
        try read(into: UnsafeMutableRawBufferPointer(rebasing: $0[done...]), at: start + Int64(done))
      }
      if got == 0 { break }
      done += got
    }
    return Array(bytes.prefix(done))
  }
}
