import UpdateModel

/// What an importing site holds and lacks (docs/archive-format.md section 10).
struct Receipt: Hashable, Sendable {
  static let format = "updatemirror-receipt"
  static let version: Int64 = 1
  /// Longest receipt, in bytes of its canonical JSON and of the signed file.
  static let maximumSize = 256 << 20
  static let maximumAttachments = 64
  /// Longest list or attachment, in bytes unpacked: six million files.
  static let maximumUnpacked = 128 << 20

  var receiptID: GUID
  /// Whole seconds.
  var created: Timestamp
  var site: ArchiveSite
  /// The last archive that the site imported; nil: none.
  var lastArchive: LastArchive?
  var holds = ReceiptHoldings()
  var lacks = ReceiptHoldings()
  var attachments: [ReceiptAttachment] = []

  init(receiptID: GUID, created: Timestamp, site: ArchiveSite) {
    self.receiptID = receiptID
    self.created = created
    self.site = site
  }
}

/// An archive as a receipt names it.
struct LastArchive: Hashable, Sendable {
  var archiveID: GUID
  var sequence: Int64
  /// The server that wrote it.
  var source: GUID
}

/// Files and revisions.
struct ReceiptHoldings: Hashable, Sendable {
  var content = DigestSet()
  var revisions = IdentitySet()
}

/// Something that travels with a receipt. Unknown kinds are kept out of the way.
struct ReceiptAttachment: Hashable, Sendable {
  /// At most 64 bytes.
  var kind: String
  /// Unpacked.
  var bytes: [UInt8]
}
