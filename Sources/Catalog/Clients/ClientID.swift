/// What a client computer calls itself: 1 to 255 of `a-z`, `0-9` and `-` (MS-WUSP 2.2.2.1.1).
///
/// Upper case is accepted and folded, so that two spellings are one computer.
public struct ClientID: Hashable, Sendable {
  public let text: String

  /// - Returns: nil for text that is no client id (WUSP-095).
  public init?(_ text: String) {
    guard (1...255).contains(text.utf8.count) else { return nil }
    var folded = ""
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
        folded.unicodeScalars.append(Unicode.Scalar(byte))
      case UInt8(ascii: "A")...UInt8(ascii: "Z"): folded.unicodeScalars.append(Unicode.Scalar(byte | 0x20))
      default: return nil
      }
    }
    self.text = folded
  }
}

extension ClientID: CustomStringConvertible {
  public var description: String { text }
}

/// The name of a computer in the network, as the computer says it: 1 to 255 of letters, digits, `-`, `_` and `.`.
///
/// The underscore is no letter of a host name, but Windows has computers that use it.
public struct HostName: Hashable, Sendable {
  public let text: String

  /// - Returns: nil for text that is no host name (WUSP-096).
  public init?(_ text: String) {
    guard (1...255).contains(text.utf8.count), text.utf8.allSatisfy(Self.isAllowed) else { return nil }
    self.text = text
  }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
      true
    default: false
    }
  }
}

extension HostName: CustomStringConvertible {
  public var description: String { text }
}

/// This catalogue's own number of a client computer. It is never given to another one.
public struct ComputerKey: Hashable, Sendable, Comparable {
  public let value: Int64

  public init(_ value: Int64) { self.value = value }

  public static func < (left: ComputerKey, right: ComputerKey) -> Bool { left.value < right.value }
}
