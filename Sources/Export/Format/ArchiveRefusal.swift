/// Why an archive was refused: the step of docs/archive-format.md section 7 that it did not pass, with both sides.
///
/// Nothing was made visible when this is thrown.
public struct ArchiveRefusal: Error, Hashable, Sendable {
  /// The steps in the order in which they are taken.
  public enum Step: String, Hashable, Sendable, CaseIterable {
    case size, signature, signer, manifest, target, freshness, sequence, base, source, folder, volume, contents,
      complete
  }

  public let step: Step
  /// What was looked at: `manifest.json`, `the signers`, `volumes/0002.tar, entry 7`.
  public let what: String
  public let expected: String
  public let found: String
  /// What a person can do now; nil when the description says it.
  public let hint: String?

  public init(_ step: Step, what: String, expected: String, found: String, hint: String? = nil) {
    self.step = step
    self.what = what
    self.expected = expected
    self.found = found
    self.hint = hint
  }

  public init(_ step: Step, _ error: FormatError, hint: String? = nil) {
    let spot = error.offset.map { " at offset \($0)" } ?? ""
    self.init(step, what: error.place + spot, expected: error.expected, found: error.found, hint: hint)
  }
}

extension ArchiveRefusal: CustomStringConvertible {
  public var description: String {
    "archive refused at \(step.rawValue): \(what): expected \(expected), found \(found)"
  }
}
