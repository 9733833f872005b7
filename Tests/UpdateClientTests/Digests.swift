import Sealing
import UpdateModel

enum Digests {
  static func of(_ bytes: [UInt8]) throws -> (sha1: FileDigest, sha256: [UInt8]) {
    let both = try FileDigester.digests(of: bytes)
    return (both.sha1, both.sha256.bytes)
  }
}
