import Glibc
import Platform
public import Sealing
public import UpdateModel

/// This site's signing keys: `STATE/keys/signing` (docs/archive-format.md, section 11).
///
/// `<name>.key` is the private key, 0600: as it was made here, or the file that an organisation gave, PEM or
/// PKCS#12, still encrypted if it was. `<name>.crt` is its certificate and chain: what other sites are given to trust.
/// All calls block.
public struct KeyFolder: Sendable {
  private let state: String
  private var path: String { state + "/keys/signing" }

  public init(state: String) { self.state = state }

  /// One signing key, without its secret.
  public struct Entry: Hashable, Sendable {
    public let name: String
    public let certificate: Certificate
    public let chain: [Certificate]
  }

  /// Makes a P-256 key with a self-signed certificate.
  ///
  /// - Parameters:
  ///   - commonName: what people read in the certificate.
  ///   - passphrase: encrypts the key file; nil: only its permissions protect it. Takes some tenths of a second.
  /// - Throws: ``ExportError/nameTaken(_:)``, ``ExportError/badName(_:)``.
  public func create(
    _ name: String, commonName: String, validFrom: Timestamp, validUntil: Timestamp, passphrase: String? = nil
  ) throws -> Entry {
    let folder = try newName(name)
    let key = try SigningKey.create(commonName: commonName, validFrom: validFrom, validUntil: validUntil)
    let bytes = try passphrase.map { try key.pem(passphrase: $0) } ?? key.pem
    return try store(key, bytes: bytes, as: name, in: folder)
  }

  /// Takes over a key of the organisation, byte for byte as it is given.
  ///
  /// - Parameters:
  ///   - file: PEM with key, certificate and chain, or PKCS#12.
  ///   - passphrase: opens the file now, to check it; is not kept.
  public func adopt(_ name: String, file: [UInt8], passphrase: String?) throws -> Entry {
    let folder = try newName(name)
    return try store(try Self.read(file, passphrase), bytes: file, as: name, in: folder)
  }

  /// All keys by name.
  public func entries() throws -> [Entry] {
    guard let folder = try openFolder() else { return [] }
    let names = try folder.names().filter { $0.hasSuffix(".crt") }.map { String($0.dropLast(4)) }
    return try names.filter(Self.isName).sorted().map { try entry($0, in: folder) }
  }

  /// The key that signs.
  ///
  /// - Throws: ``ExportError/unknownKey(_:)``; ``ExportError/exposedKey(path:permissions:)`` when others may read it.
  public func key(_ name: String, passphrase: String?) throws -> SigningKey {
    guard Self.isName(name), let folder = try openFolder(), let status = try folder.status(name + ".key") else {
      throw ExportError.unknownKey(name)
    }
    guard status.permissions & 0o077 == 0 else {
      throw ExportError.exposedKey(path: "\(path)/\(name).key", permissions: status.permissions)
    }
    let file = try folder.openFile(name + ".key", flags: O_RDONLY)
    return try Self.read(try file.contents(limit: SigningKey.maximumFileSize), passphrase)
  }

  private func entry(_ name: String, in folder: Folder) throws -> Entry {
    let file = try folder.openFile(name + ".crt", flags: O_RDONLY)
    let all = try Certificate.certificates(pemBundle: try file.contents(limit: SigningKey.maximumFileSize))
    guard let first = all.first else { throw ExportError.unknownKey(name) }
    return Entry(name: name, certificate: first, chain: Array(all.dropFirst()))
  }

  private func store(_ key: SigningKey, bytes: [UInt8], as name: String, in folder: Folder) throws -> Entry {
    let public_ = ([key.certificate] + key.chain).flatMap { Array($0.pem.utf8) }
    try DurableFile.write(bytes, to: name + ".key", in: folder, permissions: 0o600)
    try DurableFile.write(public_, to: name + ".crt", in: folder, permissions: 0o644)
    return Entry(name: name, certificate: key.certificate, chain: key.chain)
  }

  private static func read(_ file: [UInt8], _ passphrase: String?) throws -> SigningKey {
    // PKCS#12 is DER: a sequence. PEM is text.
    guard file.first == 0x30 else { return try SigningKey(pem: file, passphrase: passphrase) }
    return try SigningKey(pkcs12: file, passphrase: passphrase)
  }

  private func newName(_ name: String) throws -> Folder {
    guard Self.isName(name) else { throw ExportError.badName(name) }
    let folder = try Folder.make(path: path, permissions: 0o700)
    guard try folder.status(name + ".crt") == nil else { throw ExportError.nameTaken(name) }
    return folder
  }

  private func openFolder() throws -> Folder? {
    try Folder(path: state).openFolderIfPresent("keys")?.openFolderIfPresent("signing")
  }

  /// 1 to 64 letters, digits, `.`, `_`, `-`; not a dot first.
  static func isName(_ text: String) -> Bool {
    let allowed = text.utf8.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
      default: false
      }
    }
    return allowed && (1...64).contains(text.utf8.count) && !text.hasPrefix(".")
  }
}
