public import Platform
import Sealing
import Synchronization
public import UpdateModel

/// The update content directory: what `/Content` serves, and the way in.
///
/// A file under its final name has the declared length and digests, is on disk, and never changes bytes.
/// docs/content-store.md defines every file below the state directory. One object for one directory;
/// safe to use from any task. `async` calls do their blocking work on the pool.
public final class ContentStore: Sendable {
  /// The longest file of undeclared size that is taken unless set otherwise: 16 GiB.
  public static let defaultMaximumUnsizedFile: Int64 = 16 << 30

  /// The state directory.
  public let state: String
  public let policy: DigestPolicy
  /// Bytes that ingests leave free on the file system.
  public let minimumFree: Int64
  /// Bytes; bounds files whose metadata declares no size.
  public let maximumUnsizedFile: Int64

  let content: Folder
  let staging: Folder
  let quarantine: Folder
  let root: Folder
  let pool: BlockingPool
  let clock: @Sendable () -> Timestamp
  let ingests = IngestTable()
  let isVerifying = Mutex(false)
  /// Held by the file that looks for room.
  let roomTaking = Mutex(())
  /// Extensions met so far: tried before a folder is listed.
  private let extensions = Mutex<Set<String>>(["cab", "exe", "msu", "psf", "esd", "msi", "txt"])
  private static let extensionLimit = 32

  /// Opens the folders below `state`, making them where missing. Blocks for a moment.
  ///
  /// - Throws: ``ContentStoreError/system(_:)``.
  public init(
    state: String, policy: DigestPolicy = .sha256Required, minimumFree: Int64 = 0,
    maximumUnsizedFile: Int64 = defaultMaximumUnsizedFile, pool: BlockingPool = .shared,
    clock: @escaping @Sendable () -> Timestamp = SystemClock.now, calls: SystemCalls = .real
  ) throws {
    self.state = state
    self.policy = policy
    self.minimumFree = max(0, minimumFree)
    self.maximumUnsizedFile = maximumUnsizedFile
    self.pool = pool
    self.clock = clock
    do {
      root = try Folder.make(path: state, calls: calls)
      content = try Folder.make(path: state + "/content", calls: calls)
      staging = try Folder.make(path: state + "/staging", permissions: 0o700, calls: calls)
      quarantine = try Folder.make(path: state + "/quarantine", permissions: 0o700, calls: calls)
    } catch {
      throw ContentStoreError.system(error)
    }
  }

  /// Remembers how files are called here; hostile variety stays bounded.
  func learn(_ name: ContentName) {
    guard let text = name.fileExtension else { return }
    extensions.withLock { if $0.count < Self.extensionLimit { $0.insert(text) } }
  }

  /// The name under which somebody expects `digest`; nil for an extension that no name here has.
  func hintedName(_ digest: FileDigest, _ hint: String?) -> ContentName? {
    guard let text = hint?.lowercased(), ContentName.isExtension(text) else { return nil }
    return ContentName(digest: digest, fileExtension: text)
  }

  /// The names under which `digest` may be found without listing its folder.
  func likelyNames(_ digest: FileDigest) -> [ContentName] {
    let known = extensions.withLock { $0 }
    return [ContentName(digest: digest, fileExtension: nil)]
      + known.map { ContentName(digest: digest, fileExtension: $0) }
  }

  /// Runs blocking work on the pool and gives its errors this room's type.
  func blocking<Result: Sendable>(_ work: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await pool.run { try translatingErrors(work) }
  }
}

/// Gives errors of the rooms below this room's type.
func translatingErrors<Result>(_ work: () throws -> Result) throws -> Result {
  do {
    return try work()
  } catch let error as SystemError {
    throw ContentStoreError.system(error)
  } catch let error as SealingError {
    throw ContentStoreError.digestUnavailable(reason: "\(error)")
  }
}
