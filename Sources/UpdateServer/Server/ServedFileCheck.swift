public import Catalog
public import ContentStore
public import Logging
import Platform
public import ServiceLifecycle
import Synchronization
public import UpdateModel

/// Reads files that are being served once more, in the background, and compares them with their digests.
///
/// So a file that rots on the disk is withdrawn and fetched again when clients ask for it, not at the next
/// verification (docs/content-serving.md). Each file is read at most once in a ``period``, one after the other.
public final class ServedFileCheck: Service {
  /// How long a file that was found to be good is taken for good.
  public static let period: Duration = .seconds(86_400)
  /// Files that wait for their turn; further ones are checked when they are asked for again.
  static let capacity = 10_000
  /// Files remembered as checked; beyond it the memory begins anew.
  static let mostRemembered = 1_000_000

  private struct Memory {
    /// The first bytes of the digests: enough to tell files of one store apart.
    var seen: Set<UInt64> = []
    var since = ContinuousClock.now
  }

  private let catalog: Catalog
  private let store: ContentStore
  private let library: ContentLibrary
  private let bytesPerSecond: Int64
  private let logger: Logger
  private let memory = Mutex(Memory())
  private let (queue, waiting) = AsyncStream.makeStream(
    of: FileDigest.self, bufferingPolicy: .bufferingOldest(capacity))

  /// - Parameter bytesPerSecond: how fast files are read; at least 1.
  public init(
    catalog: Catalog, store: ContentStore, bytesPerSecond: Int64, clock: @escaping @Sendable () -> Timestamp,
    logger: Logger
  ) {
    self.catalog = catalog
    self.store = store
    self.bytesPerSecond = max(1, bytesPerSecond)
    self.logger = logger
    library = ContentLibrary(catalog: catalog, store: store, pool: .shared, clock: clock, logger: logger)
  }

  /// Hears of an answer: plans a check when it brought bytes of a file that was not checked for a while. Never blocks.
  public func note(_ request: AnsweredRequest) {
    guard request.kind == .content, request.status == 200 || request.status == 206,
      let digest = request.file, remember(digest)
    else { return }
    if case .dropped = waiting.yield(digest) { forget(digest) }
  }

  /// Checks what was noted until the surrounding service group ends.
  public func run() async throws {
    await cancelWhenGracefulShutdown { [self] in
      for await digest in queue { await check(digest) }
    }
  }

  /// - Returns: false when the file was checked lately, or is about to be.
  private func remember(_ digest: FileDigest) -> Bool {
    memory.withLock { memory in
      if memory.since.duration(to: .now) > Self.period || memory.seen.count >= Self.mostRemembered {
        memory = Memory()
      }
      return memory.seen.insert(Self.key(digest)).inserted
    }
  }

  private func forget(_ digest: FileDigest) {
    memory.withLock { _ = $0.seen.remove(Self.key(digest)) }
  }

  private static func key(_ digest: FileDigest) -> UInt64 {
    digest.bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }

  private func check(_ digest: FileDigest) async {
    do {
      let declared = try await catalog.files([digest]).first?.file
      guard let problem = try await store.verify(digest, declared: declared, bytesPerSecond: bytesPerSecond) else {
        return
      }
      // The file that comes in its place is a new one.
      forget(digest)
      try await library.withdraw(digest, because: problem)
    } catch ContentStoreError.notFound {
      forget(digest)
    } catch is CancellationError {
      return
    } catch {
      forget(digest)
      logger.error("content \(digest): cannot be checked: \(error)")
    }
  }
}

extension ServedFileCheck: CustomStringConvertible {
  public var description: String { "ServedFileCheck" }
}
