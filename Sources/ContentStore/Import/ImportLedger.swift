import UpdateModel

/// What an import has, in memory: whole files, parts, and what of both no checkpoint covers yet.
struct ImportLedger {
  /// A split file of which some parts are here.
  struct Partial {
    let name: ContentName
    let size: Int64
    /// In order; neighbours are joined.
    private(set) var ranges: [Range<Int64>] = []

    init(name: ContentName, size: Int64) {
      self.name = name
      self.size = size
    }

    mutating func add(_ part: Range<Int64>) {
      var joined: [Range<Int64>] = []
      for range in (ranges + [part]).sorted(by: { $0.lowerBound < $1.lowerBound }) {
        if let last = joined.last, last.upperBound >= range.lowerBound {
          joined[joined.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
        } else {
          joined.append(range)
        }
      }
      ranges = joined
    }

    func has(_ part: Range<Int64>) -> Bool {
      ranges.contains { $0.lowerBound <= part.lowerBound && $0.upperBound >= part.upperBound }
    }

    var missing: [Range<Int64>] {
      var missing: [Range<Int64>] = []
      var end: Int64 = 0
      for range in ranges {
        if range.lowerBound > end { missing.append(end..<range.lowerBound) }
        end = range.upperBound
      }
      if end < size { missing.append(end..<size) }
      return missing
    }
  }

  /// Whole and verified files.
  var whole = WholeFiles()
  var partial: [DigestKey: Partial] = [:]
  /// Finished, and in no line of the journal.
  var pending: [ImportFact] = []
  var pendingBytes: Int64 = 0
  /// Files that somebody writes now.
  var open: Set<DigestKey> = []
  var isClosed = false

  /// - Returns: nil when nothing of the file is here.
  func place(of key: DigestKey) -> ImportPlace? {
    if whole[key] != nil { return .staged }
    return partial[key].map { .partial(missing: $0.missing) }
  }

  /// Takes over what the journal says or a writer finished.
  mutating func apply(_ fact: ImportFact) {
    let key = DigestKey(fact.name.digest)
    switch fact {
    case .whole(let name, let size):
      partial[key] = nil
      whole.insert(WholeFiles.Entry(key: key, fileExtension: name.fileExtension, size: size))
    case .part(let name, let size, let part):
      partial[key, default: Partial(name: name, size: size)].add(part)
    case .gone:
      remove(key)
    }
  }

  /// The same for something new, which the next checkpoint has to cover.
  mutating func finish(_ fact: ImportFact, bytes: Int64) {
    apply(fact)
    pending.append(fact)
    pendingBytes += bytes
  }

  mutating func remove(_ key: DigestKey) {
    whole.remove(key)
    partial[key] = nil
  }

  /// Everything again as facts, for a journal without what is over.
  var facts: [ImportFact] {
    var facts: [ImportFact] = []
    whole.forEach { entry in if let name = entry.name { facts.append(.whole(name, entry.size)) } }
    for entry in partial.values { for range in entry.ranges { facts.append(.part(entry.name, entry.size, range)) } }
    return facts
  }
}

extension WholeFiles.Entry {
  /// nil never happens.
  var name: ContentName? { key.digest.map { ContentName(digest: $0, fileExtension: fileExtension) } }
}
