public import Catalog
import UpdateModel

/// What the content phase did and what it could not do.
public struct ContentReport: Sendable {
  public var fetchedFiles = 0
  /// Bytes that arrived, also those that were discarded.
  public var receivedBytes: Int64 = 0
  /// Bytes of the files that were stored.
  public var storedBytes: Int64 = 0
  /// Bytes of part files that needed no second transfer.
  public var resumedBytes: Int64 = 0
  /// Wanted and not here; at most ``limit``, see ``missingCount``.
  public var missing: [MissingFile] = []
  public var missingCount = 0
  /// Why the phase ended early, as a full disk; nil when it went through.
  public var stopped: String?

  public static let limit = 1_000

  public init() {}
}
