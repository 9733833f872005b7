import Catalog
import ContentStore
import Dispatch
import Generator
import Platform
import Sealing
import Synchronization
import TestSupport
import UpdateModel

@testable import Export

/// A site with a generated catalogue and its content, that writes archives; and the folder beside it for media.
struct SourceSite {
  static let now = Timestamp(year: 2026, month: 5, day: 4)
  static let serverID = GUID(high: 0x1111_2222_3333_4444, low: 0x8555_6666_7777_8888)

  let folder: TemporaryDirectory
  let catalog: Catalog
  let store: ContentStore
  let key: SigningKey
  let generator: CatalogueGenerator

  var state: String { folder.path("state") }

  init(revisions: Int = 60, contentSize: Int64 = 3_000_000, seed: UInt64 = 1) async throws {
    folder = try TemporaryDirectory()
    _ = try Folder.make(path: folder.path("state"))
    catalog = try await Catalog.open(path: folder.path("state/catalog.sqlite"), clock: { Self.now })
    store = try ContentStore(state: folder.path("state"), policy: .sha256Required, minimumFree: 0)
    key = try SigningKey.create(
      commonName: "Source", validFrom: Self.now.adding(seconds: -3_600), validUntil: Self.now.adding(seconds: 1e9))
    generator = CatalogueGenerator(CatalogueShape(revisions: revisions, seed: seed, contentSize: contentSize))
    try await generator.populate(catalog, store: store)
  }

  func export() -> ArchiveExport {
    ArchiveExport(
      catalog: catalog, store: store, state: state, serverID: Self.serverID, name: "source.test", clock: { Self.now })
  }

  /// Options whose archive has the same bytes each time.
  static func options(_ change: (inout ExportOptions) -> Void = { _ in }) -> ExportOptions {
    var options = ExportOptions()
    options.archiveID = GUID(high: 0xA, low: 0xB)
    options.sequence = 7
    options.created = now
    change(&options)
    return options
  }

  /// The bytes of every file of an archive's folder but the signature, by name.
  func files(_ name: String) throws -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    for sub in ["", "volumes/"] {
      for file in try Folder(path: folder.path("\(name)/\(sub)")).names() where file != "volumes" {
        files[sub + file] = try DurableFile.read(folder.path("\(name)/\(sub)\(file)"), limit: 64 << 20)
      }
    }
    files[ArchiveManifest.signatureName] = nil
    return files
  }
}

extension SourceSite {
  /// Begins an export and ends it at a progress of writing that `isEnd` picks, as an interrupted command would.
  ///
  /// - Throws: `CancellationError`.
  func interruptedExport(
    _ options: ExportOptions, into name: String, at isEnd: @escaping @Sendable (ExportProgress) -> Bool = { _ in true }
  ) async throws {
    let running = Mutex<Task<Void, any Error>?>(nil)
    let started = DispatchSemaphore(value: 0)
    let task = Task {
      _ = try await export().create(options, into: folder.path(name), keys: [key]) { progress in
        guard case .writing = progress.phase, isEnd(progress) else { return }
        started.wait()
        running.withLock { $0?.cancel() }
        started.signal()
      }
    }
    running.withLock { $0 = task }
    started.signal()
    try await task.value
  }
}
