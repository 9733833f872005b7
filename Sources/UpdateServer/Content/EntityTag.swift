/// An `ETag`: names one sequence of bytes (RFC 9110 8.8.3).
struct EntityTag: Hashable, Sendable {
  let isWeak: Bool
  let opaque: String

  init(isWeak: Bool = false, opaque: String) {
    self.isWeak = isWeak
    self.opaque = opaque
  }

  /// As it stands in a header: quoted, with `W/` before a weak one.
  var text: String { (isWeak ? "W/" : "") + "\"\(opaque)\"" }

  /// Equal bytes for certain: both strong and the same.
  func matchesStrongly(_ other: EntityTag) -> Bool {
    !isWeak && !other.isWeak && opaque == other.opaque
  }

  func matchesWeakly(_ other: EntityTag) -> Bool { opaque == other.opaque }
}

/// The value of `If-Match` and `If-None-Match`.
enum EntityTagList: Hashable, Sendable {
  /// `*`: whatever there is.
  case any
  case tags([EntityTag])

  static let maximumTags = 64

  /// - Returns: nil for anything that is not a list of entity tags.
  init?(_ text: String) {
    var rest = Substring(text)
    Self.skipBlanks(&rest)
    if rest.first == "*", rest.dropFirst().allSatisfy({ $0 == " " || $0 == "\t" }) {
      self = .any
      return
    }
    var tags: [EntityTag] = []
    while !rest.isEmpty {
      guard tags.count < Self.maximumTags, let tag = Self.readTag(&rest) else { return nil }
      tags.append(tag)
      Self.skipBlanks(&rest)
      guard rest.isEmpty || rest.first == "," else { return nil }
      while rest.first == "," || rest.first == " " || rest.first == "\t" { rest.removeFirst() }
    }
    guard !tags.isEmpty else { return nil }
    self = .tags(tags)
  }

  /// Reads one tag from the front of `rest`.
  static func readTag(_ rest: inout Substring) -> EntityTag? {
    let isWeak = rest.hasPrefix("W/")
    if isWeak { rest.removeFirst(2) }
    guard rest.first == "\"" else { return nil }
    rest.removeFirst()
    guard let end = rest.firstIndex(of: "\"") else { return nil }
    let opaque = String(rest[..<end])
    rest = rest[rest.index(after: end)...]
    return EntityTag(isWeak: isWeak, opaque: opaque)
  }

  private static func skipBlanks(_ rest: inout Substring) {
    while rest.first == " " || rest.first == "\t" { rest.removeFirst() }
  }
}
