import Platform
import Synchronization
import UpdateModel

/// Which digests `content/` has, a folder at a time: an import asks for 100,000 files, and looking for each
/// under every extension would list its folder as often.
final class StoredIndex: Sendable {
  private struct State {
    var known: [UInt8: Set<DigestKey>] = [:]
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
      let doubted = try state.doubted ?? Set(store.digestsInDoubt().map(DigestKey.init))
      state.doubted = doubted
      let names = try state.known[file.key.folder] ?? Set(list(file.digest.folder))
      state.known[file.key.folder] = names
      return (names.contains(file.key), doubted.contains(file.key))
    }
    guard isKnown, let found = try store.find(file.digest, fileExtension: file.name.fileExtension) else { return nil }
    if isDoubted, try store.endWithdrawal(of: file.digest, found.name) { return nil }
    return found.size == file.size ? found : nil
  }

  private func list(_ folder: String) throws -> [DigestKey] {
    try store.names(inFolder: folder).map { DigestKey($0.digest) }
  }
}
