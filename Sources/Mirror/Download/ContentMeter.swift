import Synchronization
import UpdateModel

/// Counts files and bytes of the content phase as they move.
final class ContentMeter: Sendable {
  private struct State {
    var files = 0
    var bytes: Int64 = 0
    var received: Int64 = 0
    var told: Int64 = 0
    var active: [FileDigest: ProgressEvent.Transfer] = [:]
  }

  private let state = Mutex(State())
  private let totalFiles: Int
  private let totalBytes: Int64
  private let progress: ProgressHandler
  /// Bytes between two events.
  private static let step: Int64 = 1 << 20

  init(totalFiles: Int, totalBytes: Int64, progress: @escaping ProgressHandler) {
    self.totalFiles = totalFiles
    self.totalBytes = totalBytes
    self.progress = progress
  }

  /// Bytes that arrived, whatever became of them.
  var received: Int64 { state.withLock { $0.received } }

  /// The part file of `file` has `offset` bytes; `arrived` of them just now.
  func moved(_ file: ContentFile, offset: Int64, arrived: Int) {
    let event = state.withLock { state -> ProgressEvent? in
      let before = state.active[file.digest]?.bytes ?? 0
      state.active[file.digest] = .init(
        digest: file.digest, fileName: file.fileName, bytes: offset, size: file.size)
      state.bytes += offset - before
      state.received += Int64(arrived)
      guard arrived == 0 || state.received - state.told >= Self.step else { return nil }
      state.told = state.received
      return self.event(state)
    }
    if let event { progress(event) }
  }

  /// The file is no longer being fetched.
  func ended(_ file: ContentFile, isStored: Bool) {
    let event = state.withLock { state in
      let part = state.active.removeValue(forKey: file.digest)
      if isStored { state.files += 1 } else { state.bytes -= part?.bytes ?? 0 }
      return self.event(state)
    }
    progress(event)
  }

  private func event(_ state: State) -> ProgressEvent {
    .content(
      files: state.files, totalFiles: max(totalFiles, state.files), bytes: state.bytes,
      totalBytes: max(totalBytes, state.bytes), active: state.active.values.sorted { $0.digest < $1.digest })
  }
}
