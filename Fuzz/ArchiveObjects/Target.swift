import Fuzzing
import UpdateModel

@testable import Export

/// The unpacked objects of an archive, the frames around them and the trust store: what is accepted is written again
/// as the same bytes.
func check(_ input: [UInt8]) {
  readMetadata(input)
  readState(input)
  readList(RevisionList.self, input)
  readContentList(input)
  readTrustStore(input)
  unpack(input)
}

private func readMetadata(_ input: [UInt8]) {
  var reader = MetadataObjectReader(input, document: "metadata/000001.zst")
  var records: [(record: MetadataRecord, document: [UInt8])] = []
  do throws(FormatError) {
    while let (record, document) = try reader.next() {
      require(document.count == record.length, "a document has another length than its line says")
      records.append((record, Array(document)))
    }
  } catch { return requirePlain("\(error)") }
  var writer = CanonicalJSONWriter()
  var written: [UInt8] = []
  for (record, document) in records {
    let start = writer.bytes.count
    record.write(&writer)
    written += writer.bytes[start...] + document + [UInt8(ascii: "\n")]
  }
  require(written == input, "accepted metadata was written otherwise")
  packMetadata(records, input)
}

/// In objects of any length, nothing is lost.
private func packMetadata(_ records: [(record: MetadataRecord, document: [UInt8])], _ input: [UInt8]) {
  var choices = Choices(input)
  do {
    var writer = try MetadataObjectWriter(usualLength: 1 + choices.number(below: max(1, input.count)))
    var objects: [PackedBytes] = []
    for (record, document) in records {
      if let full = try writer.append(record, document: document) { objects.append(full) }
    }
    if let last = try writer.finish() { objects.append(last) }
    let unpacked = try objects.flatMap { try PackedObjectCodec.unpack($0.bytes, length: $0.length) }
    require(unpacked == input, "packed metadata has other bytes")
  } catch { require(false, "accepted metadata could not be packed: \(error)") }
}

private func readState(_ input: [UInt8]) {
  do throws(FormatError) {
    let state = try ArchiveState.parse(input)
    require(state.bytes() == input, "an accepted state was written otherwise")
    require(state.sorted() == state, "an accepted state has lists in another order")
  } catch { requirePlain("\(error)") }
}

@discardableResult
private func readList<Record: ListRecord>(
  _ type: InventoryList<Record>.Type, _ input: [UInt8]
) -> InventoryList<Record>? {
  do throws(FormatError) {
    let list = try InventoryList<Record>(input, document: "inventory")
    var written: [UInt8] = []
    for record in list { InventoryList<Record>.append(record, to: &written) }
    require(written == input, "an accepted list was written otherwise")
    require(list.record(at: -1) == nil && list.record(at: list.count) == nil, "a list has records outside of it")
    return list
  } catch {
    requirePlain("\(error)")
    return nil
  }
}

private func readContentList(_ input: [UInt8]) {
  guard let list = readList(ContentList.self, input) else { return }
  for record in list {
    require(record.size >= 0, "a file has \(record.size) bytes")
    require(list.listing(record.digest) == record, "\(record.digest) is not found")
  }
}

private func readTrustStore(_ input: [UInt8]) {
  do {
    let store = try TrustStore(bytes: input)
    require(try TrustStore(bytes: store.bytes) == store, "an accepted trust store was read as another one")
  } catch { requirePlain("\(error)") }
}

/// A frame unpacks to the length that is known beforehand, or not at all.
private func unpack(_ input: [UInt8]) {
  var choices = Choices(input)
  for length in [0, choices.number(below: 300), choices.number(below: 1 << 20), input.count] {
    guard let bytes = try? PackedObjectCodec.unpack(input, length: length) else { continue }
    require(bytes.count == length, "a frame of \(length) bytes unpacked to \(bytes.count)")
  }
  do {
    let packed = try PackedObjectCodec.pack(input)
    require(try PackedObjectCodec.unpack(packed.bytes, length: packed.length) == input, "a frame lost bytes")
    require((try? PackedObjectCodec.unpack(packed.bytes, length: packed.length + 1)) == nil, "a frame grew")
    for tail in tails {
      let found = try? PackedObjectCodec.unpack(packed.bytes + tail, length: packed.length)
      require(found == nil, "a frame was accepted with \(tail.count) bytes behind it")
    }
  } catch { require(false, "\(input.count) bytes could not be packed: \(error)") }
}

/// A zero, a frame to be skipped, and a frame of nothing.
private let tails: [[UInt8]] = [
  [0], [0x50, 0x2A, 0x4D, 0x18, 0, 0, 0, 0], [0x28, 0xB5, 0x2F, 0xFD, 0x20, 0, 1, 0, 0],
]
