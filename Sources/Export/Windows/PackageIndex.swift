import UpdateModel
import WireFormat

/// `package.xml` while it grows, in a file without a name: files come before updates in it, and both before the Cabinet
/// is ready for it.
final class PackageIndex {
  private var writer: WindowsPackageWriter
  private let scratch: ScratchFile

  init(header: WindowsPackageHeader, languages: [LanguageSetting], state: String) throws {
    writer = WindowsPackageWriter(header: header, languages: languages)
    scratch = try ScratchFile(state: state)
  }

  func append(_ file: PackagedFile) throws { try scratch.append(try writer.append(file)) }

  func append(_ update: PackagedUpdate) throws { try scratch.append(try writer.append(update)) }

  /// Ends the document and shows `body` all of it in pieces.
  func finish(_ body: ([UInt8]) throws -> Void) throws {
    try scratch.append(writer.finish())
    try scratch.forEachPiece { try body(Array($0)) }
  }
}
