import UpdateModel

/// What a request for a file says about how much it wants, and when.
struct ContentRequest: Hashable, Sendable {
  enum Method: Hashable, Sendable {
    case get
    case head
  }

  var method: Method = .get
  var range: String?
  var ifRange: String?
  var ifMatch: String?
  var ifNoneMatch: String?
  var ifModifiedSince: String?
  var ifUnmodifiedSince: String?
}

/// What names the bytes of a file: its entity tag and its date.
struct ContentValidator: Hashable, Sendable {
  let tag: EntityTag
  let modified: Timestamp

  init(tag: EntityTag, modified: Timestamp) {
    self.tag = tag
    self.modified = modified
  }

  /// The tag is the digest in 40 upper-case digits: the same bytes have it everywhere (guide 9.5).
  init(digest: FileDigest, modified: Timestamp) {
    tag = EntityTag(opaque: digest.hex)
    self.modified = modified
  }

  /// The date as a client can see it: without the fraction of a second.
  var visibleDate: Timestamp {
    Timestamp(ticks: modified.ticks - modified.ticks % Timestamp.ticksPerSecond)
  }
}
