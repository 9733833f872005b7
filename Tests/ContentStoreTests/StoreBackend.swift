import ContentStore
import Foundation
import Platform
import Testing
import UpdateModel

/// What a content store must be able to do to stand behind the rest of the program. Another backend
/// (an object store) conforms and is added to `StoreFactory.all`: it then passes the same tests.
protocol StoreBackend: Sendable {
  associatedtype Session: StoreSession
  /// nil when the file is there already.
  func begin(_ file: ContentFile) async throws -> Session?
  func bytes(of digest: FileDigest) async throws -> Data?
  func digests() async throws -> [FileDigest]
  func problem(of digest: FileDigest) async throws -> ContentStoreError?
  func withdraw(_ digest: FileDigest) async throws -> Bool
  func collect(keeping: Set<FileDigest>, preview: Bool) async throws -> Int
  /// Damages stored bytes behind the store's back, keeping the length.
  func damage(_ digest: FileDigest) async throws
  func quarantined() async throws -> Int
}

protocol StoreSession: Sendable {
  var start: Int64 { get async }
  func add(_ bytes: [UInt8]) async throws
  func complete() async throws
  func leave() async throws
}

extension IngestSession: StoreSession {
  var start: Int64 { offset }
  func add(_ bytes: [UInt8]) async throws { try await append(bytes) }
  func complete() async throws { _ = try await commit() }
  func leave() async throws { try await park() }
}

struct LocalBackend: StoreBackend {
  let state: TemporaryState
  let store: ContentStore

  func begin(_ file: ContentFile) async throws -> IngestSession? {
    guard case .session(let session) = try await store.beginIngest(file) else { return nil }
    return session
  }

  func bytes(of digest: FileDigest) async throws -> Data? {
    try await store.contains(digest) ? try await store.contents(digest) : nil
  }

  func digests() async throws -> [FileDigest] { try await store.allDigests() }
  func problem(of digest: FileDigest) async throws -> ContentStoreError? { try await store.verify(digest) }
  func withdraw(_ digest: FileDigest) async throws -> Bool { try await store.withdraw(digest) }

  func collect(keeping: Set<FileDigest>, preview: Bool) async throws -> Int {
    try await store.collectGarbage(preview: preview) { keeping.intersection($0) }.files
  }

  func damage(_ digest: FileDigest) async throws {
    guard let path = try await store.stored(digest)?.path else { return }
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
    let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
    try file.write(contentsOf: Data([0xFF, 0x00, 0xFF]))
    try file.close()
  }

  func quarantined() async throws -> Int { try await store.statistics().quarantine.files }
}

/// Makes an empty backend for one test.
struct StoreFactory: Sendable, CustomTestStringConvertible {
  let name: String
  let make: @Sendable (DigestPolicy, _ maximumUnsizedFile: Int64) throws -> any StoreBackend

  var testDescription: String { name }

  static let all = [
    StoreFactory(name: "local folder") { policy, limit in
      let state = try TemporaryState()
      let store = try ContentStore(state: state.path, policy: policy, maximumUnsizedFile: limit)
      return LocalBackend(state: state, store: store)
    }
  ]
}
