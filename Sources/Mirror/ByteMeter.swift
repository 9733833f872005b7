import Synchronization

/// Counts the bytes of SOAP answers and tells about every 256 KiB.
final class ByteMeter: Sendable {
  private let state = Mutex((total: Int64(0), told: Int64(0)))
  private let progress: ProgressHandler
  private static let step: Int64 = 256 << 10

  init(progress: @escaping ProgressHandler) { self.progress = progress }

  func add(_ count: Int) {
    let news = state.withLock { state -> Int64? in
      state.total += Int64(count)
      guard state.total - state.told >= Self.step else { return nil }
      state.told = state.total
      return state.total
    }
    if let news { progress(.received(bytes: news)) }
  }
}
