public import Sealing
public import UpdateModel

/// Which downstream servers this server registers, and what they prove before.
public struct RegistrationPolicy: Hashable, Sendable {
  /// Whom the server registers.
  public enum Admission: Hashable, Sendable {
    /// Every server that states a name and a GUID, as Windows servers do.
    case open
    /// Servers that an administrator approved. Others are remembered, for a decision, and turned away.
    case approve
    /// Servers on the list, and those that an administrator approved. Others are turned away.
    case allowList(Set<AllowedServer>)
  }

  /// What a server proves when it asks for authorization. Its later calls prove the same by their cookie.
  public enum Authentication: Hashable, Sendable {
    /// Nothing: names and GUIDs are what a server says of itself.
    case none
    /// A client certificate, verified by the TLS listener.
    case certificate
    /// Name and password (RFC 7617), over TLS only; the name must be the server's `accountName`.
    case basic(Set<BasicAccount>)
  }

  public var admission: Admission
  public var authentication: Authentication

  public init(_ admission: Admission, authentication: Authentication = .none) {
    self.admission = admission
    self.authentication = authentication
  }

  public static let open = RegistrationPolicy(.open)
}

/// One entry of an allow-list.
public enum AllowedServer: Hashable, Sendable {
  /// By the GUID of the server.
  case server(GUID)
  /// By its account name, in lower case.
  case account(String)
  /// By the SHA-256 of its client certificate: the only entry that nobody else can claim.
  case certificate(SHA256Digest)

  /// Reads a GUID, `sha256:` and 64 hexadecimal digits, or a host name.
  public init?(_ text: String) {
    if let guid = GUID(text) {
      self = .server(guid)
    } else if text.lowercased().hasPrefix("sha256:") {
      guard let bytes = Hex.bytes(text.dropFirst(7)), let digest = SHA256Digest(bytes: bytes) else { return nil }
      self = .certificate(digest)
    } else if DownstreamAccount.isHostName(text) {
      self = .account(text.lowercased())
    } else {
      return nil
    }
  }
}

/// A name and what its password must hash to.
public struct BasicAccount: Hashable, Sendable {
  public let name: String
  public let password: PasswordHash

  public init(name: String, password: PasswordHash) {
    self.name = name
    self.password = password
  }
}
