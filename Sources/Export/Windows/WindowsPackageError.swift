/// Why a Windows metadata package was not written or not imported.
public enum WindowsPackageError: Error, Hashable, Sendable {
  /// The file of a stranger breaks a rule; nothing of it was stored. `reason` says where, what was expected and found.
  case refused(file: String, reason: String)
  /// Something has the name of the package that shall be written.
  case fileExists(String)
  /// The selection is more than a Cabinet holds.
  case tooLarge(reason: String)
  /// A document of this catalogue cannot be read.
  case damagedDocument(reason: String)

  /// The most characters of a reason: it may quote a stranger.
  private static let reasonLimit = 600

  /// A refusal whose words may stand in a terminal.
  static func refusal(_ file: String, _ reason: some CustomStringConvertible) -> WindowsPackageError {
    let scalars = reason.description.unicodeScalars.prefix(reasonLimit).map { scalar in
      scalar.properties.generalCategory == .control ? " " : scalar
    }
    return .refused(file: file, reason: String(String.UnicodeScalarView(scalars)))
  }

  /// Whether the package was refused, and not only impossible to write.
  public var isRefusal: Bool {
    if case .refused = self { true } else { false }
  }

  /// What to do about it; nil when the description says it.
  public var hint: String? {
    switch self {
    case .refused: "nothing was stored; export the package again, and compare its SHA-256 on both sides"
    case .fileExists: "name another file"
    case .tooLarge: "choose fewer updates: --product, --classification, --approved-only"
    case .damagedDocument: nil
    }
  }
}

extension WindowsPackageError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .refused(let file, let reason): "package \(file.escapedForMessages) refused: \(reason)"
    case .fileExists(let path): "\(path.escapedForMessages): expected no file, found one"
    case .tooLarge(let reason): "package: \(reason)"
    case .damagedDocument(let reason): "catalogue: \(reason)"
    }
  }
}
