/// What a revision is to a computer (guide 14).
public enum Applicability: String, Hashable, Sendable, Codable {
  case installed
  case needed
  case notApplicable
  /// A rule that decides could not be answered.
  case notEvaluated
}
