import UpdateModel

/// The part of the anchor rules that needs no state: whether the text is an anchor at all.
///
/// Whose anchor it is, and how old, the catalogue decides inside the snapshot that answers.
enum AnchorRules {
  /// - Parameters:
  ///   - text: the anchor as it came; nil and empty both mean "from the beginning" (SSS-132, SSS-197).
  ///   - parameter: the name that the fault tells.
  /// - Throws: ``Refusal/invalidParameters(_:)`` for text that is no anchor (SSS-131).
  static func checkForm(_ text: String?, parameter: String) throws(Refusal) {
    guard let text, !text.isEmpty else { return }
    guard ChangeMark(text) != nil else { throw .invalidParameters(parameter) }
  }
}
