import Synchronization
import UpdateModel

/// What was checked so far, for the evidence; also of an archive that is then refused.
final class StepLog: Sendable {
  struct Facts: Hashable, Sendable {
    var steps: [ArchiveRefusal.Step] = []
    var manifest: InlineSHA256?
    var signers: [String] = []
    var archive: ArchiveHead?
    var volumes: [Int] = []
  }

  /// What the manifest says of itself, once it is parsed.
  struct ArchiveHead: Hashable, Sendable {
    let archiveID: GUID
    let source: ArchiveSite
    let sequence: Int64
    let created: Timestamp
  }

  private let state = Mutex(Facts())

  var facts: Facts { state.withLock { $0 } }

  var manifest: InlineSHA256? {
    get { facts.manifest }
    set { state.withLock { $0.manifest = newValue } }
  }

  var signers: [String] {
    get { facts.signers }
    set { state.withLock { $0.signers = newValue } }
  }

  func passed(_ step: ArchiveRefusal.Step) {
    state.withLock { if !$0.steps.contains(step) { $0.steps.append(step) } }
  }

  func read(volume: Int) { state.withLock { $0.volumes.append(volume) } }

  func describe(_ manifest: ArchiveManifest) {
    let head = ArchiveHead(
      archiveID: manifest.archiveID, source: manifest.source, sequence: manifest.sequence, created: manifest.created)
    state.withLock { $0.archive = head }
  }
}
