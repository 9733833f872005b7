/// What a content file's metadata must declare before the file is stored (SSS-182, AMB-39).
public enum DigestPolicy: String, Hashable, Sendable, CaseIterable {
  /// A SHA-256 besides the SHA-1; a file without one is refused and listed. The default.
  case sha256Required = "sha256-required"
  /// The SHA-1 alone is enough; a declared SHA-256 is still checked.
  case sha1Allowed = "sha1-allowed"
}
