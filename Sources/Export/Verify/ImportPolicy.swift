/// What an administrator asks of every archive.
public struct ImportPolicy: Hashable, Sendable {
  /// Different trusted signers that an archive needs, at least 1.
  public var threshold = 1
  /// Seconds since an archive was written; nil: no limit.
  public var maximumAge: Double?
  /// A replica may follow another source from now on.
  public var changesSource = false

  public init() {}
}

/// How far reading an archive is.
public struct ReadingProgress: Hashable, Sendable {
  public enum Phase: Hashable, Sendable {
    /// A volume is read; volumes count from 1.
    case reading(volume: Int, of: Int)
    /// Metadata and lists are compared.
    case checking
    /// Content gets its public names.
    case publishing
  }

  public var phase: Phase
  /// Entries, revisions or files, as the phase says.
  public var done = 0
  public var total = 0
  public var bytes: Int64 = 0
  public var totalBytes: Int64 = 0

  public init(phase: Phase) { self.phase = phase }
}
