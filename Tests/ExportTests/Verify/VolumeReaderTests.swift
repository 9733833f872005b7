import Platform
import Sealing
import TestSupport
import Testing
import UpdateModel

@testable import Export

@Suite("Reading a volume") struct VolumeReaderTests {
  /// Found by fuzzing: the end was reached, so the next call said that all is well.
  @Test("what ends a pass is thrown again and again", arguments: [WrongByte.inContent, .behindTheLastEntry])
  func failureStays(place: WrongByte) async throws {
    let source = try await SourceSite(revisions: 3, contentSize: 3_000)
    _ = try await source.export().create(SourceSite.options(), into: source.folder.path("disk"), keys: [source.key])
    let archive = try AlteredArchive(source.folder.path("disk"))
    try archive.change(ArchiveManifest.volumeName(1)) { $0[place == .inContent ? 512 : $0.count - 1] ^= 1 }
    let reader = try Self.reader(archive)
    let first = #expect(throws: ArchiveRefusal.self) { while try reader.nextPiece() != nil {} }
    for _ in 0..<2 {
      let again = #expect(throws: ArchiveRefusal.self) { try reader.nextPiece() }
      #expect(again.map { "\($0)" } == first.map { "\($0)" })
    }
  }

  enum WrongByte { case inContent, behindTheLastEntry }

  private static func reader(_ archive: AlteredArchive) throws -> VolumeReader {
    let file = try OwnedDescriptor(opening: "\(archive.path)/\(ArchiveManifest.volumeName(1))", flags: 0)
    let size = try file.status().size
    return try VolumeReader(
      OpenedVolume(file: file, size: size), number: 1, manifest: archive.manifest,
      layout: VolumeLayout(archive.manifest), takesDigest: true)
  }
}
