import Catalog
import ContentStore
import Logging
import Platform
import Transfer
import UpdateModel

/// The content phase.
struct ContentRun: Sendable {
  let catalog: Catalog
  let store: ContentStore
  let client: HTTPClient
  let options: SyncOptions
  let clock: @Sendable () -> Timestamp
  let logger: Logger
  let progress: ProgressHandler
  var sleep: @Sendable (Double) async -> Void = SyncRun.realSleep

  func run(_ stop: StopSignal) async throws -> ContentReport { ContentReport() }
}
