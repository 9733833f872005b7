import TestSupport
import Transfer

extension HTTPClientConfiguration {
  /// Short enough that a test of a timeout does not take long.
  static var forTests: HTTPClientConfiguration {
    var configuration = HTTPClientConfiguration()
    configuration.connectTimeout = .seconds(10)
    return configuration
  }

  static func with(_ change: (inout HTTPClientConfiguration) -> Void) -> HTTPClientConfiguration {
    var configuration = forTests
    change(&configuration)
    return configuration
  }
}

/// The error of `work`; nil when there was none or one of another kind.
func failure<T>(_ work: () async throws -> T) async -> TransferError? {
  do {
    _ = try await work()
    return nil
  } catch {
    return error as? TransferError
  }
}

func pattern(_ count: Int) -> [UInt8] { (0..<Int64(count)).map(ScriptedReply.patternByte) }
