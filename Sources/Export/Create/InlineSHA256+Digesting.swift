import Platform
import Sealing
import UpdateModel

extension InlineSHA256 {
  /// The digest of bytes in memory.
  init(digesting bytes: [UInt8]) throws(SealingError) {
    var digest = try DigestStream(algorithm: .sha256)
    try digest.update(bytes)
    try self.init(finishing: digest)
  }

  init(finishing digest: consuming DigestStream) throws(SealingError) {
    guard let value = InlineSHA256(bytes: try digest.finish()) else {
      throw .library(call: "EVP_DigestFinal_ex", text: "a digest of another length")
    }
    self = value
  }
}
