import Glibc
import Packing
import Platform
import Sealing
import UpdateModel
import WireFormat

/// A package of a stranger, copied to where nobody else can change it between two readings.
///
/// All calls block.
struct PackageCopy: Sendable {
  /// As the operator named it.
  let path: String
  let sha256: InlineSHA256
  private let scratch: ScratchFile

  static let limits = WindowsPackageLimits(updates: 500_000, files: 2_000_000)

  /// - Throws: ``WindowsPackageError/refused(file:reason:)`` for anything that does not begin as a Cabinet or is longer
  ///   than one; `SystemError` when it cannot be read.
  init(_ path: String, state: String, _ flag: StopFlag) throws {
    self.path = path
    let source = try OwnedDescriptor(opening: path, flags: O_RDONLY | O_NONBLOCK)
    let status = try source.status()
    guard status.kind == .regular else {
      throw WindowsPackageError.refusal(path, "expected a file, found something else")
    }
    try Self.checkFront(source, path, length: status.size)
    let scratch = try ScratchFile(state: state)
    var digest = try DigestStream(algorithm: .sha256)
    try source.forEachPiece(from: 0, upTo: status.size) { piece in
      try flag.check()
      try digest.update(piece)
      try scratch.append(piece)
    }
    sha256 = try InlineSHA256(finishing: digest)
    self.scratch = scratch
  }

  private static func checkFront(_ source: borrowing OwnedDescriptor, _ path: String, length: Int64) throws {
    guard length <= CabinetWriter.cabinetLimit else {
      throw WindowsPackageError.refusal(
        path, "Cabinet: expected at most \(CabinetWriter.cabinetLimit) bytes, found \(length)")
    }
    let front = try source.bytes(from: 0, upTo: Int64(WindowsPackageLayout.leadingByteCount))
    do {
      _ = try WindowsPackageLayout(fileName: "the file", leading: front)
    } catch {
      throw WindowsPackageError.refusal(path, error)
    }
  }

  /// The identity under which this site remembers the package: made of its digest (a GUID of version 8, so that no
  /// archive has it).
  var archiveID: GUID {
    let fold = { (range: Range<Int>) in sha256.bytes[range].reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
    return GUID(high: fold(0..<8) & ~0xF000 | 0x8000, low: fold(8..<16) & ~(0b11 << 62) | 0b10 << 62)
  }

  /// Unpacks both members in their order; `take` gets a member's name and its bytes, at its end no bytes.
  ///
  /// - Throws: ``WindowsPackageError/refused(file:reason:)`` for what the package does wrong, and what `take` throws.
  func read(_ take: (_ member: String, _ bytes: UnsafeRawBufferPointer) throws -> Void) throws {
    do {
      try CabinetReader.read(
        file: scratch.path, expecting: [WindowsPackageLayout.metadataName, WindowsPackageLayout.packageName]
      ) { member, bytes in try take(member.name, bytes) }
    } catch let error as PackingError {
      if case .file = error { throw error }
      throw WindowsPackageError.refusal(path, error)
    } catch let error as WireError {
      throw WindowsPackageError.refusal(path, error)
    }
  }
}
