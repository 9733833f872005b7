public import Platform
public import UpdateModel

/// What the update content directory refused or could not do.
public enum ContentStoreError: Error, Hashable, Sendable {
  /// The bytes have another SHA-1 than declared. They are in quarantine, those of an import removed.
  case digestMismatch(expected: FileDigest, actual: FileDigest)
  /// The SHA-1 fits and the SHA-256 does not. The bytes are in quarantine, those of an import removed.
  case sha256Mismatch(digest: FileDigest, expected: SHA256Digest, actual: SHA256Digest)
  /// Another number of bytes than declared; `actual` counts what had arrived. They are in quarantine,
  /// those of an import removed.
  case lengthMismatch(digest: FileDigest, expected: Int64, actual: Int64)
  /// No size was declared and more bytes came than the setting allows.
  case tooLong(digest: FileDigest, limit: Int64)
  /// The metadata declares no SHA-256 and the policy requires one (AMB-39).
  case sha256Missing(digest: FileDigest)
  /// The metadata declares a negative size or a SHA-256 that is none.
  case malformedDeclaration(digest: FileDigest, field: String, found: String)
  /// Storing would leave less than the reserve. Bytes; part files are kept.
  case noSpace(needed: Int64, free: Int64)
  case notFound(digest: FileDigest)
  /// The name is there, but it is a link, a folder or a device.
  case notRegular(path: String)
  /// Another process writes the same file.
  case ingestElsewhere(digest: FileDigest)
  /// The session was committed, parked or failed before.
  case sessionClosed(digest: FileDigest)
  /// The part of a split file that begins at `offset` has another SHA-256 than declared. Its bytes do not count.
  case partMismatch(digest: FileDigest, offset: Int64, expected: SHA256Digest, actual: SHA256Digest)
  /// A name that no folder below `staging/import` may have.
  case malformedImportName(String)
  /// Another process, or another object of this one, holds the import.
  case importElsewhere(name: String)
  /// The import was published, discarded or closed, or its disk failed.
  case importClosed(name: String)
  /// A verification of this store is under way.
  case verifyRunning
  case system(SystemError)
  /// A digest could not be computed.
  case digestUnavailable(reason: String)
}

extension ContentStoreError {
  /// Bytes that do not fit are fetched again; everything else ends the run or this file.
  public var reaction: Reaction {
    switch self {
    case .digestMismatch, .sha256Mismatch, .lengthMismatch, .tooLong, .ingestElsewhere, .partMismatch:
      .retry(after: nil)
    case .sha256Missing, .malformedDeclaration, .noSpace, .notFound, .notRegular, .sessionClosed, .verifyRunning,
      .malformedImportName, .importElsewhere, .importClosed, .system, .digestUnavailable:
      .giveUp
    }
  }
}

extension ContentStoreError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .digestMismatch(let expected, let actual):
      "content \(expected): expected SHA-1 \(expected), found \(actual)"
    case .sha256Mismatch(let digest, let expected, let actual):
      "content \(digest): expected SHA-256 \(expected), found \(actual)"
    case .lengthMismatch(let digest, let expected, let actual):
      "content \(digest): expected \(expected) bytes, found \(actual)"
    case .tooLong(let digest, let limit):
      "content \(digest): expected at most \(limit) bytes for a file of undeclared size, found more"
    case .sha256Missing(let digest):
      "content \(digest): expected a SHA-256 in the metadata, found none"
    case .malformedDeclaration(let digest, let field, let found):
      "content \(digest): expected a valid \(field), found \(found)"
    case .noSpace(let needed, let free):
      "content directory: expected room for \(needed) bytes above the reserve, found \(free) bytes free"
    case .notFound(let digest): "content \(digest): expected a file, found none"
    case .notRegular(let path): "content \(path): expected a regular file, found a link, folder or device"
    case .ingestElsewhere(let digest): "content \(digest): expected one writer, found another process writing it"
    case .sessionClosed(let digest): "content \(digest): expected an open ingest session, found it ended"
    case .partMismatch(let digest, let offset, let expected, let actual):
      "content \(digest), part at \(offset): expected SHA-256 \(expected), found \(actual)"
    case .malformedImportName(let name):
      "content import: expected a name of 1 to 64 lower-case letters, digits and hyphens, found \(name.debugDescription)"
    case .importElsewhere(let name): "content import \(name): expected one run, found it held by another"
    case .importClosed(let name): "content import \(name): expected an open import, found it ended"
    case .verifyRunning: "content verify: expected one verification at a time, found another under way"
    case .system(let error): "content directory: \(error)"
    case .digestUnavailable(let reason): "content digest: \(reason)"
    }
  }
}
