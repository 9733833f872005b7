import ServiceLifecycle

/// A site that serves on a free port while some work is done.
struct LoopbackServer: Sendable {
  let site: Site

  /// Serves, runs `work` with the port, and stops gracefully.
  func run<T: Sendable>(_ work: @escaping @Sendable (Int) async throws -> T) async throws -> T {
    let (ports, port) = AsyncStream<Int>.makeStream()
    let server = try site.updateServer(port: 0) { number in
      port.yield(number)
      port.finish()
    }
    let group = try site.group([server])
    return try await withThrowingTaskGroup(of: T?.self) { tasks in
      tasks.addTask {
        defer { port.finish() }
        try await group.run()
        return nil
      }
      tasks.addTask {
        for await number in ports { return try await work(number) }
        throw Failure(.failed, "serve: the server ended before it listened")
      }
      var result: T?
      while result == nil, let next = try await tasks.next() { result = next }
      await group.triggerGracefulShutdown()
      guard let result else { throw CancellationError() }
      return result
    }
  }
}
