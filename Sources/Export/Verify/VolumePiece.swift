/// Checked bytes of a volume on their way to their consumer. The digests are the consumer's to compare.
enum VolumePiece: Sendable {
  /// Small entries, whole.
  case whole([WholeEntry])
  /// The next bytes of a large entry.
  case chunk(EntryChunk)
}

/// An entry and all its bytes.
struct WholeEntry: Sendable {
  let entry: VolumeEntry
  let place: VolumePlace
  let bytes: [UInt8]
}

/// Bytes of an entry, one piece after the other.
struct EntryChunk: Sendable {
  let entry: VolumeEntry
  let place: VolumePlace
  let bytes: [UInt8]
  let isFirst: Bool
  let isLast: Bool
}
