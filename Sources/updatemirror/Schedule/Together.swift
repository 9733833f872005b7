import ServiceLifecycle

/// Several services as one, so that a stop reaches all of them at the same moment. A service group stops its members one
/// after the other, and the last would have what time the others leave.
struct Together: Service {
  let services: [any Service]

  /// Ends when all have ended; the first that throws cancels the others. What a stop had to cut is no error.
  func run() async throws {
    do {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for service in services { group.addTask { try await service.run() } }
        // One after the other as they end: waiting for all would hold the first error back until the last has ended.
        for try await _ in group {}
      }
    } catch  where Task.isShuttingDownGracefully && Task.isCancelled {
      return
    }
  }
}
