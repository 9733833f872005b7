/// The USS's mark of a configuration answer; opaque to a DSS (MS-WSUSSS 3.1.4.4).
public struct ConfigAnchor: Hashable, Sendable {
  public let text: String
  public init(_ text: String) { self.text = text }
}

/// The USS's mark of a revision listing; opaque to a DSS (MS-WSUSSS 3.1.4.5).
public struct SyncAnchor: Hashable, Sendable {
  public let text: String
  public init(_ text: String) { self.text = text }
}

/// The USS's mark of a deployment answer; opaque to a DSS (MS-WSUSSS 3.1.4.10).
public struct DeploymentAnchor: Hashable, Sendable {
  public let text: String
  public init(_ text: String) { self.text = text }
}

/// What this server writes into the anchors that it gives to its own DSSs.
///
/// `sequence` is the position in the change log and decides alone; time and epoch
/// tell a person when, and another server that the anchor is not its own.
/// Text form: `nnnn,yyyy-MM-dd HH:mm:ss.fff,epoch` (guide 12.3, SSS-131, SSS-387).
public struct ChangeMark: Hashable, Sendable {
  /// 0 before the first change.
  public let sequence: Int64
  public let time: Timestamp
  /// Names one life of the change log: lower-case letters and digits.
  public let epoch: String

  public init(sequence: Int64, time: Timestamp, epoch: String) {
    self.sequence = sequence
    self.time = time
    self.epoch = epoch
  }
}

extension ChangeMark: LosslessStringConvertible {
  public var description: String { "\(sequence),\(time.anchorText),\(epoch)" }

  /// - Returns: nil for any text that ``description`` cannot have written, but for
  ///   the two-field form of Windows, which reads with an empty epoch.
  public init?(_ text: String) {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard (2...3).contains(parts.count), let sequence = Int64(parts[0]), sequence >= 0,
      String(sequence) == parts[0], let time = Timestamp(parts[1]), time.anchorText == parts[1]
    else { return nil }
    let epoch = parts.count == 3 ? parts[2] : ""
    let isPlain = epoch.utf8.allSatisfy { Self.epochCharacters.contains($0) }
    guard isPlain, parts.count == 2 || !epoch.isEmpty else { return nil }
    self.init(sequence: sequence, time: time, epoch: epoch)
  }

  private static let epochCharacters = Set("abcdefghijklmnopqrstuvwxyz0123456789".utf8)
}
