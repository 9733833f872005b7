/// Reads `package.xml` from pieces of any size: bytes in, parts out.
///
/// A document type declaration, another format version, an update that comes twice and more of anything than
/// ``WindowsPackageLimits`` are refused by name. Unknown elements and attributes are skipped: the layout is known
/// from implementations only. The order of sections is free. Not thread-safe: one owner feeds it.
public final class WindowsPackageReader {
  private let document: WindowsPackageDocument
  private let parser: XMLPushParser

  public init(limits: WindowsPackageLimits = WindowsPackageLimits()) {
    document = WindowsPackageDocument(limits: limits)
    parser = XMLPushParser(limits: limits.xml, handler: document)
  }

  /// Takes the next piece of the document.
  ///
  /// - Returns: the parts that are complete now.
  public func push(_ bytes: UnsafeRawBufferPointer) throws(WireError) -> [WindowsPackagePart] {
    do throws(WireError) { try parser.push(bytes) } catch { throw error.within(operation: "package.xml") }
    return document.take()
  }

  /// Ends the document.
  ///
  /// - Returns: the last parts.
  public func finish() throws(WireError) -> [WindowsPackagePart] {
    do throws(WireError) {
      try parser.finish()
      try document.finish()
    } catch { throw error.within(operation: "package.xml") }
    return document.take()
  }
}
