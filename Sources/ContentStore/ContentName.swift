public import UpdateModel

/// A name below `content/XX/`: 40 upper-case hex digits and perhaps an extension (AMB-02, SSS-254).
public struct ContentName: Hashable, Sendable {
  public let digest: FileDigest
  /// 1 to 10 lower-case letters or digits, or nil.
  public let fileExtension: String?

  public init(_ file: ContentFile) {
    digest = file.digest
    fileExtension = file.fileExtension
  }

  /// - Returns: nil for an extension that no name here has.
  public init?(_ digest: FileDigest, checked fileExtension: String?) {
    if let fileExtension, !Self.isExtension(fileExtension) { return nil }
    self.init(digest: digest, fileExtension: fileExtension)
  }

  init(digest: FileDigest, fileExtension: String?) {
    self.digest = digest
    self.fileExtension = fileExtension
  }

  /// Reads exactly the spelling of ``text``; every other name is foreign.
  public init?(_ text: String) {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, let digest = FileDigest(hex: first), digest.hex == first else { return nil }
    guard parts.count == 2 else {
      self.init(digest: digest, fileExtension: nil)
      return
    }
    guard Self.isExtension(parts[1]) else { return nil }
    self.init(digest: digest, fileExtension: String(parts[1]))
  }

  static func isExtension(_ text: some StringProtocol) -> Bool {
    let isPlain = text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) }
    return isPlain && (1...10).contains(text.utf8.count)
  }

  /// The name itself.
  public var text: String { fileExtension.map { "\(digest.hex).\($0)" } ?? digest.hex }
}
