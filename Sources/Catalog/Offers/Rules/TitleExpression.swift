/// Which titles a rule is for; letter case never matters.
public enum TitleExpression: Hashable, Sendable {
  case contains(String)
  /// A regular expression, found anywhere in the title: `. [] () | * + ? {m,n} ^ $ \b \d \w \s`.
  case matches(String)

  /// The most characters of an expression.
  public static let lengthLimit = 500
  /// What a title has beyond so many characters is not looked at.
  static let titleLimit = 2_000

  /// Why it cannot be used; nil when it can.
  public var problem: String? {
    do throws(TitlePattern.Problem) {
      _ = try TitleTest(self)
      return nil
    } catch { return error.text }
  }
}

/// An expression ready for use.
struct TitleTest {
  private enum Kind {
    case contains(String)
    case matches(TitlePattern)
  }

  private let kind: Kind

  init(_ expression: TitleExpression) throws(TitlePattern.Problem) {
    switch expression {
    case .contains(let text):
      guard !text.isEmpty else { throw TitlePattern.Problem("title: expected some text, found none") }
      guard text.count <= TitleExpression.lengthLimit else { throw .tooLong }
      kind = .contains(text.lowercased())
    case .matches(let pattern): kind = .matches(try TitlePattern(pattern))
    }
  }

  func accepts(_ title: String) -> Bool {
    switch kind {
    case .contains(let text): title.lowercased().contains(text)
    case .matches(let pattern): pattern.isFound(in: title)
    }
  }
}
