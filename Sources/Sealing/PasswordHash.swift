import COpenSSL
import UpdateModel

/// What a password is compared with: its scrypt hash (RFC 7914), salted.
///
/// As text: `scrypt$` log2 N `$` r `$` p `$` salt in hex `$` hash in hex. One encoding for each value.
public struct PasswordHash: Hashable, Sendable {
  /// 32 MiB and some 50 ms for each try.
  private static let cost: UInt64 = 15
  private static let blockSize: UInt64 = 8
  private static let saltBytes = 16
  private static let hashBytes = 32

  private let salt: [UInt8]
  private let hash: [UInt8]

  /// - Throws: ``SealingError/library(call:text:)``.
  public init(of password: String) throws(SealingError) {
    salt = try SecureRandom.bytes(Self.saltBytes)
    hash = try Self.derive(password, salt)
  }

  /// - Returns: nil unless ``text`` can have written exactly this.
  public init?(_ text: String) {
    let parts = text.split(separator: "$", omittingEmptySubsequences: false)
    guard parts.count == 6, parts[0] == "scrypt", parts[1] == "\(Self.cost)", parts[2] == "\(Self.blockSize)",
      parts[3] == "1", let salt = Self.lowerHex(parts[4], Self.saltBytes),
      let hash = Self.lowerHex(parts[5], Self.hashBytes)
    else { return nil }
    self.salt = salt
    self.hash = hash
  }

  public var text: String { "scrypt$\(Self.cost)$\(Self.blockSize)$1$\(Hex.lower(salt))$\(Hex.lower(hash))" }

  /// Takes as long for a wrong password as for the right one. Blocks the calling thread.
  public func matches(_ password: String) throws(SealingError) -> Bool {
    let found = try Self.derive(password, salt)
    return zip(found, hash).reduce(UInt8(0)) { $0 | $1.0 ^ $1.1 } == 0
  }

  private static func derive(_ password: String, _ salt: [UInt8]) throws(SealingError) -> [UInt8] {
    var text = password
    var hash = [UInt8](repeating: 0, count: hashBytes)
    let answer = text.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { characters in
        EVP_PBE_scrypt(
          characters.baseAddress, characters.count, salt, salt.count, 1 << cost, blockSize, 1, 64 << 20, &hash,
          hash.count)
      }
    }
    try check("EVP_PBE_scrypt", answer)
    return hash
  }

  private static func lowerHex(_ text: Substring, _ count: Int) -> [UInt8]? {
    guard text == text.lowercased(), let bytes = Hex.bytes(text), bytes.count == count else { return nil }
    return bytes
  }
}
