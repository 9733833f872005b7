import UpdateModel

/// The whole files of an import, by digest: 32 bytes each, as there may be a million of them.
struct WholeFiles {
  struct Entry {
    let key: DigestKey
    let fileExtension: String?
    let size: Int64
  }

  /// What is kept of a file, without gaps.
  private struct Record {
    let high: UInt64
    let middle: UInt64
    let size: Int64
    let low: UInt32
    /// Position among the extensions.
    let fileExtension: UInt32

    var key: DigestKey { DigestKey(high: high, middle: middle, low: low) }
  }

  /// By folder of `content/`, sorted: an archive has its files in this order.
  private var folders = [[Record]](repeating: [], count: 256)
  private var extensions: [String?] = [nil]
  private var numbers: [String?: UInt32] = [nil: 0]
  private(set) var count = 0
  private(set) var bytes: Int64 = 0

  subscript(key: DigestKey) -> Entry? {
    let records = folders[Int(key.folder)]
    let index = Self.index(of: key, in: records)
    guard index < records.count, records[index].key == key else { return nil }
    return entry(records[index])
  }

  /// In place of an entry with the same digest.
  mutating func insert(_ entry: Entry) {
    remove(entry.key)
    let folder = Int(entry.key.folder)
    let record = Record(
      high: entry.key.high, middle: entry.key.middle, size: entry.size, low: entry.key.low,
      fileExtension: number(of: entry.fileExtension))
    folders[folder].insert(record, at: Self.index(of: entry.key, in: folders[folder]))
    count += 1
    bytes += entry.size
  }

  mutating func remove(_ key: DigestKey) {
    let folder = Int(key.folder)
    let index = Self.index(of: key, in: folders[folder])
    guard index < folders[folder].count, folders[folder][index].key == key else { return }
    bytes -= folders[folder].remove(at: index).size
    count -= 1
  }

  /// The files of one folder of `content/`.
  func entries(inFolder number: UInt8) -> [Entry] { folders[Int(number)].map(entry) }

  func forEach(_ body: (Entry) -> Void) { for records in folders { for record in records { body(entry(record)) } } }

  private func entry(_ record: Record) -> Entry {
    Entry(key: record.key, fileExtension: extensions[Int(record.fileExtension)], size: record.size)
  }

  private mutating func number(of fileExtension: String?) -> UInt32 {
    if let known = numbers[fileExtension] { return known }
    let number = UInt32(extensions.count)
    extensions.append(fileExtension)
    numbers[fileExtension] = number
    return number
  }

  /// Where `key` is or belongs.
  private static func index(of key: DigestKey, in records: [Record]) -> Int {
    if let last = records.last, last.key < key { return records.count }
    var low = 0
    var high = records.count
    while low < high {
      let middle = (low + high) / 2
      if records[middle].key < key { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
