public import UpdateModel

/// What the room of seals could not do. Never carries keys or sealed bytes.
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

  /// A seal that does not open means a stale or foreign cookie: the peer starts again.
  public var reaction: Reaction {
    switch self {
    case .library, .malformedKeyRing: .giveUp
    case .malformedSeal, .unknownKey, .refused: .restartSession
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
    }
  }
}
