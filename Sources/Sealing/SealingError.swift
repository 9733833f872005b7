public import UpdateModel

/// What the room of seals could not do. Never carries keys, passphrases or sealed bytes.
public enum SealingError: Error, Hashable, Sendable {
  /// OpenSSL refused a call that does not depend on the input.
  case library(call: String, text: String)
  /// A key ring is not in the one accepted form; `line` counts from 1.
  case malformedKeyRing(line: Int, expected: String)
  /// Sealed bytes are too short or have another version.
  case malformedSeal(expected: String, found: String)
  /// Sealed with a key that this ring does not hold (any more).
  case unknownKey
  /// The bytes were changed, or sealed for another purpose.
  case refused(purpose: String)

  /// A certificate, or a bundle of them, is not in an accepted form.
  case malformedCertificate(expected: String, found: String)
  /// A signing key, or the file that holds it, is not in an accepted form.
  case malformedKey(expected: String, found: String)
  /// The key is encrypted, and no passphrase was given.
  case passphraseMissing
  /// The passphrase does not open the key, or the encrypted key was damaged.
  case wrongPassphrase
  /// A key of a kind or size that is not accepted; `owner` is whose it is.
  case unacceptableKey(owner: String, expected: String, found: String)
  /// A private key comes without the certificate for it.
  case certificateMissing(expected: String, found: String)
  /// A value that a certificate or a signature cannot hold.
  case outOfRange(what: String, expected: String, found: String)

  /// The signature is not in the accepted form, whoever signed it.
  case malformedSignature(expected: String, found: String)
  /// The signature of this signer does not hold.
  case badSignature(signer: String, expected: String, found: String)
  /// One signer, or one key, signed more than once.
  case duplicateSigner(signer: String)

  /// A seal that does not open means a stale or foreign cookie: the peer starts again.
  public var reaction: Reaction {
    switch self {
    case .malformedSeal, .unknownKey, .refused: .restartSession
    default: .giveUp
    }
  }
}

extension SealingError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .library(let call, let text): "seal: \(call) failed: \(text)"
    case .malformedKeyRing(let line, let expected): "key ring: line \(line): expected \(expected)"
    case .malformedSeal(let expected, let found): "seal: expected \(expected), found \(found)"
    case .unknownKey: "seal: expected a key of this ring, found another"
    case .refused(let purpose): "seal: expected bytes sealed for \(purpose), found changed bytes or another purpose"
    case .malformedCertificate(let expected, let found): "certificate: expected \(expected), found \(found)"
    case .malformedKey(let expected, let found): "signing key: expected \(expected), found \(found)"
    case .passphraseMissing: "signing key: expected a passphrase for the encrypted key, found none"
    case .wrongPassphrase: "signing key: expected the passphrase of the key, found one that does not open it"
    case .unacceptableKey(let owner, let expected, let found): "key of \(owner): expected \(expected), found \(found)"
    case .certificateMissing(let expected, let found): "signing key: expected \(expected), found \(found)"
    case .outOfRange(let what, let expected, let found): "\(what): expected \(expected), found \(found)"
    case .malformedSignature(let expected, let found): "signature: expected \(expected), found \(found)"
    case .badSignature(let signer, let expected, let found):
      "signature of \(signer): expected \(expected), found \(found)"
    case .duplicateSigner(let signer): "signature of \(signer): expected each signer and key once, found it again"
    }
  }
}
