import Platform
import Synchronization
import UpdateModel

/// Which digests `content/` has, a folder at a time: an import asks for 100,000 files, and looking for each
/// under every extension would list its folder as often.
final class StoredIndex: Sendable {
  private struct State {
    /// Sorted.
    var known: [UInt8: [DigestKey]] = [:]
    var doubted: Set<DigestKey>?
  }

  private let store: ContentStore
  private let state = Mutex(State())

  init(_ store: ContentStore) { self.store = store }

  /// The stored file when its length fits. Blocks.
  ///
  /// A file that a verification found bad before it was stopped is withdrawn now.
  func find(_ file: ImportFile) throws -> StoredFile? {
    let (isKnown, isDoubted) = try state.withLock { state in
      if state.doubted == nil { state.doubted = Set(try store.digestsInDoubt().map(DigestKey.init)) }
      let number = file.key.folder
      if state.known[number] == nil { state.known[number] = try list(file.digest.folder) }
      return (state.known[number]?.containsSorted(file.key) ?? false, state.doubted?.contains(file.key) ?? false)
    }
    guard isKnown, let found = try store.find(file.digest, fileExtension: file.name.fileExtension) else { return nil }
    if isDoubted, try store.endWithdrawal(of: file.digest, found.name) { return nil }
    return found.size == file.size ? found : nil
  }

  private func list(_ folder: String) throws -> [DigestKey] {
    try store.names(inFolder: folder).map { DigestKey($0.digest) }.sorted()
  }
}

extension [DigestKey] {
  /// Whether sorted keys have this one.
  fileprivate func containsSorted(_ key: DigestKey) -> Bool {
    var low = startIndex
    var high = endIndex
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < key { low = middle + 1 } else { high = middle }
    }
    return low < endIndex && self[low] == key
  }
}
