/// How a verification reads.
public struct VerifyOptions: Sendable {
  public var subset = VerifySubset.all
  /// Bad files go to quarantine, so that the next content run fetches them.
  public var withdrawsBadFiles = false
  /// Bytes a second, or nil for as fast as the disk gives them.
  public var bytesPerSecond: Int64?

  public init(subset: VerifySubset = .all, withdrawsBadFiles: Bool = false, bytesPerSecond: Int64? = nil) {
    self.subset = subset
    self.withdrawsBadFiles = withdrawsBadFiles
    self.bytesPerSecond = bytesPerSecond
  }
}

/// How far a verification is.
public struct VerifyProgress: Hashable, Sendable {
  public internal(set) var files = 0
  public internal(set) var totalFiles = 0
  /// Bytes read.
  public internal(set) var bytes: Int64 = 0
  public internal(set) var badFiles = 0
}

/// A stored file that is not what its name says.
public struct BadFile: Hashable, Sendable {
  public let name: ContentName
  public let problem: ContentStoreError
  /// True when it is in quarantine now.
  public let isWithdrawn: Bool
}

/// What a verification found.
public struct VerifyReport: Hashable, Sendable {
  /// How many foreign names are listed at most.
  public static let foreignLimit = 1_000

  /// Files whose bytes were read in this call.
  public internal(set) var files = 0
  public internal(set) var bytes: Int64 = 0
  /// Files of the same pass that an interrupted call had checked before.
  public internal(set) var filesCheckedBefore = 0
  public internal(set) var bad: [BadFile] = []
  /// Names below `content/` that are none of ours: links, folders, other files. They are left alone.
  public internal(set) var foreign: [String] = []
  public internal(set) var foreignCount = 0

  mutating func addForeign(_ names: [String]) {
    foreignCount += names.count
    foreign += names.prefix(max(0, Self.foreignLimit - foreign.count))
  }
}
