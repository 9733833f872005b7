/// What a Cabinet from a stranger may cost; all is checked against its tables before anything is unpacked.
public struct CabinetLimits: Hashable, Sendable {
  public var members: Int
  /// Unpacked bytes of one member.
  public var memberBytes: Int
  /// Unpacked bytes of all members for each byte of the Cabinet; ``freeBytes`` are allowed in any case.
  public var ratio: Int
  public var freeBytes: Int

  public init(
    members: Int = 16, memberBytes: Int = CabinetWriter.memberLimit, ratio: Int = 200, freeBytes: Int = 16 << 20
  ) {
    self.members = members
    self.memberBytes = memberBytes
    self.ratio = ratio
    self.freeBytes = freeBytes
  }

  func check(_ members: [CabinetMember], packed: Int) throws(PackingError) {
    for member in members where member.length > memberBytes {
      throw .memberAboveLimit(name: member.name, limit: memberBytes, found: member.length)
    }
    let unpacked = members.reduce(0) { $0 + $1.length }
    let (product, overflow) = packed.multipliedReportingOverflow(by: ratio)
    let limit = max(freeBytes, overflow ? Int.max : product)
    guard unpacked <= limit else { throw .suspiciousRatio(packed: packed, unpacked: unpacked, limit: limit) }
  }
}

/// A member of a Cabinet as its table states it.
public struct CabinetMember: Hashable, Sendable {
  public let name: String
  /// Unpacked bytes.
  public let length: Int

  public init(name: String, length: Int) {
    self.name = name
    self.length = length
  }
}
