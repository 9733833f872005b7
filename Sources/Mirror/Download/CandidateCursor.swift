/// Walks through the places of one file. Pure: what happened at one place decides which is next (AMB-03).
package struct CandidateCursor: Hashable, Sendable {
  package enum Outcome: Hashable, Sendable {
    /// The server answers and does not have the file under this name.
    case notFound
    /// Nobody answers at this base.
    case unreachable
  }

  private let candidates: [ContentLocations.Candidate]
  /// A secure server's content may be on another port: a 404 there says nothing about the rule table's port.
  private let looksFurther: Bool
  private var index = 0

  package init(_ candidates: [ContentLocations.Candidate], isSecure: Bool) {
    self.candidates = candidates
    looksFurther = isSecure
  }

  /// nil when there is no place left.
  package var current: ContentLocations.Candidate? { index < candidates.count ? candidates[index] : nil }

  /// - Returns: false when no place is left.
  package mutating func advance(after outcome: Outcome) -> Bool {
    guard let here = current else { return false }
    let rest = candidates[(index + 1)...]
    let next: Int? =
      switch outcome {
      case .unreachable: rest.firstIndex { $0.base != here.base }
      case .notFound: rest.firstIndex { looksFurther || $0.base == here.base }
      }
    index = next ?? candidates.count
    return next != nil
  }

  /// The bytes of this place are wrong: on to any other place, after the last one to the first.
  package mutating func moveOn() { index = index + 1 < candidates.count ? index + 1 : 0 }

  package mutating func rewind() { index = 0 }
}

extension ContentLocations.Candidate {
  /// nil for a place on the Internet.
  package var base: Int? {
    if case .upstream(let base, _) = source { return base }
    return nil
  }
}
