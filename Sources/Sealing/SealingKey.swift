import UpdateModel

/// One key of a ring and the random id by which seals name it.
struct SealingKey: Sendable {
  static let idSize = 4

  let id: [UInt8]
  let secret: [UInt8]

  static func random(besides others: [SealingKey]) throws(SealingError) -> SealingKey {
    while true {
      let id = try SecureRandom.bytes(idSize)
      if others.contains(where: { $0.id == id }) { continue }
      return SealingKey(id: id, secret: try SecureRandom.bytes(AESGCM.keySize))
    }
  }

  /// `<8 hex digits> <64 hex digits>`, lower case.
  var line: String { "\(Hex.lower(id)) \(Hex.lower(secret))" }

  /// Reads exactly the form of ``line``.
  init?(line: Substring) {
    let parts = line.split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 2, let id = Hex.bytes(parts[0]), let secret = Hex.bytes(parts[1]),
      id.count == Self.idSize, secret.count == AESGCM.keySize
    else { return nil }
    self.init(id: id, secret: secret)
    if self.line != line { return nil }
  }

  init(id: [UInt8], secret: [UInt8]) {
    self.id = id
    self.secret = secret
  }
}
