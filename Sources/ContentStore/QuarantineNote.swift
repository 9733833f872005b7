import Platform
import UpdateModel

/// What is written beside bytes in quarantine: both values, when, and from where.
struct QuarantineNote: Codable, Hashable {
  var format = 1
  let reason: String
  let digest: String
  let when: String
  let fileName: String?
  let source: String?
  /// Bytes of an earlier run that the file began with.
  let resumedFrom: Int64?
  var expectedLength: Int64?
  var actualLength: Int64?
  var expectedSHA1: String?
  var actualSHA1: String?
  var expectedSHA256: String?
  var actualSHA256: String?

  init(
    _ error: ContentStoreError, digest: FileDigest, when: Timestamp, fileName: String? = nil, source: String? = nil,
    resumedFrom: Int64? = nil, length: Int64? = nil
  ) {
    reason = error.description
    self.digest = digest.hex
    self.when = when.description
    self.fileName = fileName.map { String($0.prefix(256)) }
    self.source = source
    self.resumedFrom = resumedFrom
    actualLength = length
    fillIn(error)
  }

  private mutating func fillIn(_ error: ContentStoreError) {
    switch error {
    case .digestMismatch(let expected, let actual):
      expectedSHA1 = expected.hex
      actualSHA1 = actual.hex
    case .sha256Mismatch(_, let expected, let actual):
      expectedSHA256 = expected.hex
      actualSHA256 = actual.hex
    case .lengthMismatch(_, let expected, let actual):
      expectedLength = expected
      actualLength = actual
    case .tooLong(_, let limit): expectedLength = limit
    default: break
    }
  }
}
