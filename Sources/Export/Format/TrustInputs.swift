import UpdateModel

/// A signer whose signature over the bytes holds; nothing is known of its trust yet.
struct VerifiedSigner: Hashable, Sendable {
  /// What the certificate leads to among the trusted authorities.
  enum Chain: Hashable, Sendable {
    /// Issued below this certificate, or the certificate itself.
    case anchor(SHA256Digest)
    /// Leads to none, and why.
    case refused(reason: String)
  }

  var fingerprint: SHA256Digest
  /// For people.
  var subject: String
  var validFrom: Timestamp
  /// The last second at which the certificate holds.
  var validUntil: Timestamp
  var chain: Chain
}

/// What a certificate is trusted for.
public enum TrustPurpose: String, Hashable, Sendable, CaseIterable {
  case archives, receipts
}

/// A certificate that an administrator trusts.
struct TrustEntry: Hashable, Sendable {
  var fingerprint: SHA256Digest
  /// Its certificates are trusted, too.
  var isAuthority: Bool
  var purposes: Set<TrustPurpose>
}

/// Whom this server trusts, and whom never again.
struct TrustedSet: Hashable, Sendable {
  var entries: [TrustEntry]
  var revoked: Set<SHA256Digest>
}

/// What this server remembers of a source.
struct LastImport: Hashable, Sendable {
  var archiveID: GUID
  var sequence: Int64
  var manifestSHA256: InlineSHA256
}

/// The server that is asked to import, at one moment.
struct ImportSite: Hashable, Sendable {
  var serverID: GUID
  /// The source that this server follows as a replica; nil when it is none or has imported nothing.
  var followedSource: GUID?
  /// The administrator asked for another source.
  var changesSource = false
  /// Of an archive, in seconds; nil: no limit.
  var maximumAge: Double?
  /// The last archive imported from the source of this manifest.
  var lastImport: LastImport?
  /// The base of this manifest is a receipt that this server made.
  var ownsBaseReceipt = false
}

/// An archive that may be read.
struct AcceptedArchive: Hashable, Sendable {
  enum Kind: Hashable, Sendable {
    /// The first of its source.
    case first
    /// Newer than the last one.
    case next
    /// The last one: it is finished, or there is nothing to do.
    case again
  }

  let kind: Kind
  let signers: AcceptedSigners
}
