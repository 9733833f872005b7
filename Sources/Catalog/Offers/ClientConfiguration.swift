internal import GRDB
public import UpdateModel

/// What GetConfig answers, but for the moment of its last change (MS-WUSP 2.2.2.2.1).
public struct ClientConfiguration: Hashable, Sendable {
  public var isRegistrationRequired: Bool
  /// Relative to the server's root.
  public var authorizationURL: String
  /// Empty = all events are wanted.
  public var allowedEventIDs: [Int32]
  /// Name and value of each property, in the order in which they are told.
  public var properties: [Property]

  public struct Property: Hashable, Sendable {
    public let name: String
    public let value: String

    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  public init(
    isRegistrationRequired: Bool, authorizationURL: String, allowedEventIDs: [Int32] = [], properties: [Property]
  ) {
    self.isRegistrationRequired = isRegistrationRequired
    self.authorizationURL = authorizationURL
    self.allowedEventIDs = allowedEventIDs
    self.properties = properties
  }

  /// Equal texts mean equal answers: every part is quoted.
  fileprivate var text: String {
    let parts =
      ["\(isRegistrationRequired)", authorizationURL, allowedEventIDs.map(String.init).joined(separator: ",")]
      + properties.flatMap { [$0.name, $0.value] }
    return parts.map(\.debugDescription).joined(separator: " ")
  }
}

extension Catalog {
  /// `LastChange` of what this server answers to GetConfig: whole milliseconds, the same as long as the answer is
  /// the same, later each time it differs (WUSP-074, WUSP-075). On disk when this returns.
  public func lastChange(of configuration: ClientConfiguration) async throws -> Timestamp {
    let text = configuration.text
    let known = try await read("client configuration") { db in try Self.configurationChange(db) }
    if let known, known.text == text { return known.changed }
    let now = clock()
    return try await writeDurably("client configuration") { db in
      let known = try Self.configurationChange(db)
      if let known, known.text == text { return known.changed }
      let changed = max(now.wholeMilliseconds, known?.changed.adding(seconds: 0.001) ?? now.wholeMilliseconds)
      try db.execute(
        sql: "UPDATE offering SET clientConfiguration = ?, clientConfigurationChangedAt = ?",
        arguments: [text, changed.ticks])
      return changed
    }
  }

  private static func configurationChange(_ db: Database) throws -> (text: String, changed: Timestamp)? {
    let row = try Row.fetchOne(db, sql: "SELECT clientConfiguration, clientConfigurationChangedAt FROM offering")
    guard let row, let text = row[0] as String?, let changed = row.timestamp(1) else { return nil }
    return (text, changed)
  }
}

extension Timestamp {
  fileprivate var wholeMilliseconds: Timestamp { Timestamp(ticks: ticks - ticks % (Self.ticksPerSecond / 1000)) }
}
