/// One revision of an update, the same on every server (MS-WSUSSS 2.2.4.9).
public struct UpdateIdentity: Hashable, Sendable {
  public let updateID: GUID
  public let revisionNumber: Int32

  public init(updateID: GUID, revisionNumber: Int32) {
    self.updateID = updateID
    self.revisionNumber = revisionNumber
  }
}

extension UpdateIdentity: LosslessStringConvertible {
  /// `GUID.revision`, for example `266f6222-c89d-43f2-9f8a-69340271e677.200`.
  public var description: String { "\(updateID).\(revisionNumber)" }

  public init?(_ text: String) {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let guid = GUID(String(parts[0])), let number = Int32(parts[1]) else { return nil }
    self.init(updateID: guid, revisionNumber: number)
  }
}

extension UpdateIdentity: Comparable {
  public static func < (left: UpdateIdentity, right: UpdateIdentity) -> Bool {
    (left.updateID, left.revisionNumber) < (right.updateID, right.revisionNumber)
  }
}

/// This server's own number of a revision. Never the same on two servers, never on a medium.
public struct RevisionID: Hashable, Sendable, Comparable {
  public let value: Int64

  public init(_ value: Int64) { self.value = value }

  public static func < (left: RevisionID, right: RevisionID) -> Bool { left.value < right.value }
}
