import UpdateModel

/// A spot in a volume, for messages.
struct VolumePlace: Hashable, Sendable {
  /// Counts from 1.
  let volume: Int
  /// Counts from 1; nil behind the last one.
  let entry: Int?
  let name: EntryName?
  /// Bytes from the start of the volume.
  var offset: Int64

  var volumeName: String { ArchiveManifest.volumeName(volume) }

  var entryWords: String {
    guard let entry, let name else { return "the end of the archive" }
    return "entry \(entry) (\(name.text))"
  }

  func refusal(expected: String, found: String, hint: String? = nil) -> ArchiveRefusal {
    ArchiveRefusal(
      .volume, what: "\(volumeName), \(entryWords), offset \(offset)", expected: expected, found: found, hint: hint)
  }
}
