import Fuzzing
import Platform
import UpdateModel

@testable import Export

/// A volume of a fixed manifest, with the edits of the input: nothing but the exact bytes is accepted.
func check(_ input: [UInt8]) {
  var feed = Feed(input)
  let choice = feed.byte()
  // Large entries are handed on in chunks; they are rare, because they take long.
  let sample = choice == 255 ? VolumeSample.large : VolumeSample.small
  let bytes = Edits.apply(feed.remaining(), to: sample.bytes)
  describeHeaders(bytes)
  if choice < 192 {
    checkWhole(sample, bytes, takesDigest: choice.isMultiple(of: 2))
  } else {
    checkSome(sample, bytes, mask: choice)
  }
}

private func checkWhole(_ sample: VolumeSample, _ bytes: [UInt8], takesDigest: Bool) {
  let outcome = read(sample, bytes, takesDigest: takesDigest) { _ in true }
  checkContents(outcome.contents, sample, bytes)
  if let failure = outcome.failure {
    require(bytes != sample.bytes, "the exact bytes were refused: \(failure)")
    return checkRefusal(failure)
  }
  require(outcome.contents.count == sample.layout.entries(of: 1).count, "entries are missing")
  if takesDigest {
    require(bytes == sample.bytes, "other bytes were accepted with the digest of the volume")
  } else {
    // The digests of entries are the consumer's to compare: the rest must be exact.
    require(blanked(bytes, sample) == blanked(sample.bytes, sample), "other bytes were accepted outside of entries")
  }
}

/// Some entries: what is handed on is what the file has, under exact headers.
private func checkSome(_ sample: VolumeSample, _ bytes: [UInt8], mask: Int) {
  let wanted = Set(sample.layout.entries(of: 1).indices.filter { mask >> ($0 % 6) & 1 == 1 })
  var index = 0
  let outcome = read(sample, bytes, takesDigest: false) { _ in
    defer { index += 1 }
    return wanted.contains(index)
  }
  checkContents(outcome.contents, sample, bytes)
  if let failure = outcome.failure {
    require(bytes != sample.bytes, "the exact bytes were refused: \(failure)")
    return checkRefusal(failure)
  }
  require(Set(outcome.contents.keys) == wanted, "other entries were handed on than wanted")
  for at in wanted {
    let range = sample.ranges[at]
    let header = range.lowerBound - 512..<range.lowerBound
    require(bytes[header] == sample.bytes[header], "entry \(at + 1) was accepted under another header")
  }
}

/// The volume without the contents of its entries.
private func blanked(_ bytes: [UInt8], _ sample: VolumeSample) -> [UInt8] {
  guard bytes.count == sample.bytes.count else { return bytes }
  var blanked = bytes
  for range in sample.ranges { for index in range { blanked[index] = 0 } }
  return blanked
}

private func checkContents(_ contents: [Int: [UInt8]], _ sample: VolumeSample, _ bytes: [UInt8]) {
  for (at, content) in contents {
    let range = sample.ranges[at]
    require(range.upperBound <= bytes.count, "entry \(at + 1) was handed on beyond the end")
    require(content.elementsEqual(bytes[range]), "entry \(at + 1) was handed on with other bytes")
  }
}

private func checkRefusal(_ failure: any Error) {
  require((failure as? ArchiveRefusal)?.step == .volume, "\(failure) is no refusal of a volume")
  requirePlain("\(failure)")
}

// MARK: - Reading

private struct Outcome {
  /// By the number of the entry, from 0; whole entries only.
  var contents: [Int: [UInt8]] = [:]
  var failure: (any Error)?
}

private func read(
  _ sample: VolumeSample, _ bytes: [UInt8], takesDigest: Bool, isWanted: (VolumeEntry) -> Bool
) -> Outcome {
  var outcome = Outcome()
  do {
    let descriptor = MemoryFile.open()
    MemoryFile.fill(descriptor, with: bytes)
    let opened = OpenedVolume(file: OwnedDescriptor(taking: descriptor, path: "volume"), size: Int64(bytes.count))
    let reader = try VolumeReader(
      opened, number: 1, manifest: sample.manifest, layout: sample.layout, takesDigest: takesDigest, isWanted: isWanted)
    var chunks: [UInt8] = []
    do {
      while let piece = try reader.nextPiece() { take(piece, &chunks, &outcome) }
      require(try reader.nextPiece() == nil, "something came behind the end")
    } catch {
      do {
        _ = try reader.nextPiece()
        require(false, "a volume went on behind a failure")
      } catch let again { require("\(again)" == "\(error)", "a failure became another one") }
      throw error
    }
  } catch { outcome.failure = error }
  return outcome
}

private func take(_ piece: VolumePiece, _ chunks: inout [UInt8], _ outcome: inout Outcome) {
  switch piece {
  case .whole(let entries):
    for entry in entries { outcome.contents[(entry.place.entry ?? 0) - 1] = entry.bytes }
  case .chunk(let chunk):
    if chunk.isFirst { chunks = [] }
    chunks += chunk.bytes
    if chunk.isLast { outcome.contents[(chunk.place.entry ?? 0) - 1] = chunks }
  }
}

/// Words about headers are for people only: they come from any block.
private func describeHeaders(_ bytes: [UInt8]) {
  let expected = Array(VolumeSample.small.bytes.prefix(512))
  var offset = 0
  while offset < min(bytes.count, 8_192) {
    let block = Array(bytes[offset..<min(bytes.count, offset + 512)])
    requirePlain(UstarHeader.describe(block))
    requirePlain(UstarHeader.difference(expected: expected, found: block))
    offset += 512
  }
}
