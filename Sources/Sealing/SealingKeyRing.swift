/// The keys that seal cookies: the newest seals, all open.
///
/// A seal is `version 1 (1 byte) | key id (4) | nonce (12) | AES-256-GCM ciphertext | tag (16)`; version, key
/// id and purpose are its associated data. Nonces are random: rotate before 2^32 seals with one key.
public struct SealingKeyRing: Sendable {
  /// Most keys that a ring holds; rotation drops the oldest beyond it.
  public static let maximumKeyCount = 8
  /// Longest text that ``seal(_:purpose:)`` accepts, in bytes.
  public static let maximumPlainSize = 1 << 20
  /// Bytes that sealing adds.
  public static let overhead = headerSize + AESGCM.tagSize
  static let version: UInt8 = 1
  static let headerSize = 1 + SealingKey.idSize + AESGCM.nonceSize

  /// Newest first; at least one.
  let keys: [SealingKey]

  /// How many keys open.
  public var keyCount: Int { keys.count }

  /// A ring with one new random key.
  public static func generate() throws(SealingError) -> SealingKeyRing {
    SealingKeyRing(keys: [try SealingKey.random(besides: [])])
  }

  /// A ring whose new key seals from now on; the old ones still open.
  public func rotated() throws(SealingError) -> SealingKeyRing {
    let newest = try SealingKey.random(besides: keys)
    return SealingKeyRing(keys: [newest] + keys.prefix(Self.maximumKeyCount - 1))
  }

  /// Seals `plain` so that only ``open(_:purpose:)`` with the same purpose gives it back.
  public func seal(_ plain: [UInt8], purpose: String) throws(SealingError) -> [UInt8] {
    guard plain.count <= Self.maximumPlainSize else {
      throw .malformedSeal(expected: "at most \(Self.maximumPlainSize) bytes", found: "\(plain.count)")
    }
    guard let key = keys.first else { throw .unknownKey }
    let nonce = try SecureRandom.bytes(AESGCM.nonceSize)
    let body = try AESGCM.encrypt(
      plain, key: key.secret, nonce: nonce, associated: Self.associated(key.id, purpose))
    return [Self.version] + key.id + nonce + body
  }

  /// Gives back what was sealed for `purpose`.
  ///
  /// - Throws: ``SealingError/refused(purpose:)`` when any bit or the purpose differs,
  ///   ``SealingError/unknownKey`` and ``SealingError/malformedSeal(expected:found:)``.
  public func open(_ sealed: [UInt8], purpose: String) throws(SealingError) -> [UInt8] {
    let sizes = Self.overhead...Self.overhead + Self.maximumPlainSize
    guard sizes.contains(sealed.count) else {
      throw .malformedSeal(expected: "\(sizes.lowerBound) to \(sizes.upperBound) bytes", found: "\(sealed.count)")
    }
    guard sealed[0] == Self.version else {
      throw .malformedSeal(expected: "version \(Self.version)", found: "version \(sealed[0])")
    }
    let id = Array(sealed[1..<1 + SealingKey.idSize])
    guard let key = keys.first(where: { $0.id == id }) else { throw .unknownKey }
    let nonce = Array(sealed[(1 + SealingKey.idSize)..<Self.headerSize])
    let plain = try AESGCM.decrypt(
      sealed[Self.headerSize...], key: key.secret, nonce: nonce, associated: Self.associated(id, purpose))
    guard let plain else { throw .refused(purpose: purpose) }
    return plain
  }

  private static func associated(_ id: [UInt8], _ purpose: String) -> [UInt8] {
    [version] + id + Array(purpose.utf8)
  }
}

/// Printing a ring never prints a key.
extension SealingKeyRing: CustomStringConvertible, CustomReflectable {
  public var description: String { "SealingKeyRing(\(keys.count) keys)" }
  public var customMirror: Mirror { Mirror(self, children: ["keyCount": keys.count]) }
}
