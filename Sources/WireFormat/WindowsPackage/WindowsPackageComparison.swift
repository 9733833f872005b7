public import UpdateModel

/// Checks that `metadata.txt` and `package.xml` of one package name the same updates, in whatever order they are read.
///
/// This is what tells of a `metadata.txt` that was cut exactly behind a record.
public struct WindowsPackageComparison: Sendable {
  private var recorded: Set<UpdateIdentity> = []
  private var listed: Set<UpdateIdentity> = []

  public init() {}

  /// Takes the identity of a record of `metadata.txt`.
  public mutating func addRecord(_ identity: UpdateIdentity) {
    if listed.remove(identity) == nil { recorded.insert(identity) }
  }

  /// Takes the identity of an update of `package.xml`.
  public mutating func addListed(_ identity: UpdateIdentity) {
    if recorded.remove(identity) == nil { listed.insert(identity) }
  }

  /// - Throws: ``WireError`` naming the first update that only one of the two has, and how many there are.
  public func finish() throws(WireError) {
    if let identity = listed.min() {
      throw .missingElement(
        WireLocation(operation: "metadata.txt"),
        expected: "a record of \(identity), the first of \(listed.count) that only package.xml names")
    }
    if let identity = recorded.min() {
      throw .missingElement(
        WireLocation(operation: "package.xml"),
        expected: "an Update of \(identity), the first of \(recorded.count) that only metadata.txt names")
    }
  }
}
