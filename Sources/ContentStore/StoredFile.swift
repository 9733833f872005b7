public import Platform
public import UpdateModel

/// A file of the update content directory: checked, on disk, never changed again.
public struct StoredFile: Hashable, Sendable {
  public let name: ContentName
  /// Where it is on this machine.
  public let path: String
  /// Bytes.
  public let size: Int64
  public let modified: Timestamp

  public var digest: FileDigest { name.digest }

  /// The strong entity tag, quotes included: the SHA-1.
  public var validator: String { "\"\(digest.hex)\"" }
}

/// A stored file and a descriptor to read it; it stays readable when the name goes away.
public struct OpenFile: ~Copyable, Sendable {
  public let file: StoredFile
  public let descriptor: OwnedDescriptor

  /// Gives the descriptor's number away; the caller closes it.
  public consuming func takeDescriptor() -> Int32 { descriptor.take() }
}
