import Glibc
import Platform
public import Sealing
public import UpdateModel

/// Whom this site believes: `STATE/keys/trust.json` (docs/archive-format.md, section 11).
///
/// A value: load it, change it, save it. A certificate that is an authority vouches for those it issued.
public struct TrustStore: Hashable, Sendable {
  public struct Entry: Hashable, Sendable {
    public let certificate: Certificate
    public let name: String
    public var purposes: Set<TrustPurpose>
    public let since: Timestamp
    /// A person, or `archive` and its id.
    public let by: String
  }

  public struct Revocation: Hashable, Sendable {
    public let fingerprint: SHA256Digest
    public let since: Timestamp
    public let by: String
  }

  /// Most trusted certificates, and most revocations.
  public static let maximumCount = 1_000
  static let maximumSize = 64 << 20

  public private(set) var entries: [Entry] = []
  public private(set) var revocations: [Revocation] = []

  public init() {}

  init(entries: [Entry], revocations: [Revocation]) {
    self.entries = entries
    self.revocations = revocations
  }

  /// Trusts `certificate`, or adds a purpose to one that is trusted.
  ///
  /// - Throws: ``ExportError/revoked(fingerprint:since:)``: a revocation stays.
  public mutating func trust(
    _ certificate: Certificate, as name: String, for purposes: Set<TrustPurpose>, at moment: Timestamp, by: String
  ) throws(ExportError) {
    if let revocation = revocation(of: certificate.fingerprint) {
      throw .revoked(fingerprint: certificate.fingerprint, since: revocation.since)
    }
    if let known = entries.firstIndex(where: { $0.certificate == certificate }) {
      entries[known].purposes.formUnion(purposes)
      return
    }
    guard KeyFolder.isName(name) else { throw .badName(name) }
    guard !entries.contains(where: { $0.name == name }) else { throw .nameTaken(name) }
    guard entries.count < Self.maximumCount else { throw .tooManyCertificates(limit: Self.maximumCount) }
    entries.append(Entry(certificate: certificate, name: name, purposes: purposes, since: moment.wholeSeconds, by: by))
  }

  /// Never believes this certificate again, whoever vouches for it.
  ///
  /// - Returns: false when it was revoked before.
  @discardableResult
  public mutating func revoke(
    _ fingerprint: SHA256Digest, at moment: Timestamp, by: String
  ) throws(ExportError) -> Bool {
    entries.removeAll { $0.certificate.fingerprint == fingerprint }
    if revocation(of: fingerprint) != nil { return false }
    guard revocations.count < Self.maximumCount else { throw .tooManyCertificates(limit: Self.maximumCount) }
    revocations.append(Revocation(fingerprint: fingerprint, since: moment.wholeSeconds, by: by))
    return true
  }

  public func revocation(of fingerprint: SHA256Digest) -> Revocation? {
    revocations.first { $0.fingerprint == fingerprint }
  }

  /// The certificates and authorities that are believed about `purpose`.
  public func anchors(for purpose: TrustPurpose) -> [Certificate] {
    entries.filter { $0.purposes.contains(purpose) }.map(\.certificate)
  }

  /// An entry by its name, or by the beginning of its fingerprint (8 digits or more) when only one has it.
  public func entry(_ text: String) -> Entry? {
    if let named = entries.first(where: { $0.name == text }) { return named }
    guard text.utf8.count >= 8 else { return nil }
    let matches = entries.filter { $0.certificate.fingerprint.hex.hasPrefix(text.uppercased()) }
    return matches.count == 1 ? matches.first : nil
  }
}

extension TrustStore {
  static func path(_ state: String) -> String { state + "/keys/trust.json" }

  /// The store of a state directory; empty when there is none. Blocks.
  ///
  /// - Throws: ``ExportError/damagedFile(path:expected:found:)``,
  ///   ``ExportError/exposedKey(path:permissions:)`` when others may write it.
  public static func load(state: String) throws -> TrustStore {
    let path = path(state)
    let folder = try Folder(path: state).openFolderIfPresent("keys")
    guard let folder, try folder.status("trust.json") != nil else { return TrustStore() }
    let file = try folder.openFile("trust.json", flags: O_RDONLY)
    let permissions = try file.status().permissions
    guard permissions & 0o022 == 0 else { throw ExportError.exposedKey(path: path, permissions: permissions) }
    do {
      return try TrustStore(bytes: try file.contents(limit: maximumSize))
    } catch let error as FormatError {
      throw ExportError.damagedFile(path: path, expected: error.expected, found: error.found)
    }
  }

  /// Replaces the store of a state directory, durably. Blocks.
  public func save(state: String) throws {
    _ = try Folder.make(path: state + "/keys", permissions: 0o700)
    try DurableFile.write(bytes, to: Self.path(state), permissions: 0o600)
  }
}
