import Platform

/// What is in the store at one moment.
public struct ContentStatistics: Hashable, Sendable {
  /// Files and bytes of one folder tree.
  public struct Tally: Hashable, Sendable {
    public var files = 0
    public var bytes: Int64 = 0

    public init(files: Int = 0, bytes: Int64 = 0) {
      self.files = files
      self.bytes = bytes
    }

    mutating func add(_ size: Int64) {
      files += 1
      bytes += size
    }
  }

  public internal(set) var content = Tally()
  /// Part files only.
  public internal(set) var staging = Tally()
  /// Files that wait in imports, whole or not.
  public internal(set) var imports = Tally()
  public internal(set) var quarantine = Tally()
  /// Names in `content/` that are none of ours.
  public internal(set) var foreignNames = 0
  /// Bytes that may still be written on the file system.
  public internal(set) var freeBytes: Int64 = 0
}

extension ContentStore {
  /// Counts everything; reads folders and sizes, no contents.
  public func statistics() async throws -> ContentStatistics {
    try await blocking {
      var statistics = ContentStatistics()
      let foreign = try self.forEachFolder { listing in
        statistics.foreignNames += listing.foreign.count
        for name in listing.names {
          if let status = try listing.folder.status(name.text) { statistics.content.add(status.size) }
        }
      }
      statistics.foreignNames += foreign.count
      statistics.staging = try Self.tally(self.staging, suffix: ".part")
      statistics.imports = try self.tallyImports()
      statistics.quarantine = try Self.tally(self.quarantine, suffix: ".bad")
      statistics.freeBytes = try self.staging.freeBytes()
      return statistics
    }
  }

  private static func tally(_ folder: Folder, suffix: String) throws(SystemError) -> ContentStatistics.Tally {
    var tally = ContentStatistics.Tally()
    for name in try folder.names() where name.hasSuffix(suffix) {
      if let status = try folder.status(name), status.kind == .regular { tally.add(status.size) }
    }
    return tally
  }
}
