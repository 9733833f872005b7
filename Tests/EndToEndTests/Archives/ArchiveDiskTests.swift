import Foundation
import TestSupport
import Testing

extension ArchiveEndToEnd {
  /// Disks that are full, and media that break while they are written or read.
  @Suite struct ArchiveDiskTests {
    typealias SmallDisk = EndToEnd.FullDiskTests.SmallDisk

    private static let needsRoot: Comment = "SKIPPED: mounting a disk of its own needs root; nothing was checked"
    private static let plenty = 64 << 20
    private static let fixed = [
      "--volume-size", "2200000", "--id", "5f7c1d3e-0b6a-4a52-9d0a-5d1f6f0c7a11", "--sequence", "1", "--created",
      "2026-11-01T00:00:00Z", "--quiet",
    ]

    // MARK: Writing

    @Test(
      "a medium without room, one that somebody else fills, and one without room for the manifest are named and unsigned",
      .enabled(if: SmallDisk.isPossible, needsRoot))
    func fullMedium() async throws {
      let source = try await ArchiveSite("hq")
      try await source.fill()
      let expected = try await undisturbed(source)
      let total = expected.values.reduce(0) { $0 + $1.count }
      let volumes = expected.filter { $0.key.hasPrefix("volumes/") }.values.reduce(0) {
        $0 + ($1.count + 4_095) / 4_096
      }
      let disk = try SmallDisk(bytes: 256 << 10)
      let archive = disk.path + "/archive"

      func expectFull(_ outcome: ProgramRun.Outcome, _ occasion: String) throws {
        Self.expectNamed(outcome, occasion)
        #expect(!FileManager.default.fileExists(atPath: archive + "/manifest.sig"), "\(occasion): signed")
        try disk.resize(bytes: Self.plenty)
      }
      try expectFull(try await export(source, archive), "without room")
      #expect(try FileManager.default.contentsOfDirectory(atPath: archive + "/volumes") == [], "nothing is begun")

      let child = try source.start(["export", "create", archive] + Self.fixed)
      while child.isRunning, ArchiveKillTests.size(of: archive) < total / 2 { usleep(300) }
      let ballast = try disk.fill()
      let filled = await child.ended()
      if filled.status != 0 { try expectFull(filled, "filled by somebody else") }
      try FileManager.default.removeItem(atPath: ballast)

      try FileManager.default.removeItem(atPath: archive)
      let second = disk.path + "/second"
      // A page for each folder, and the texts do not fit.
      try disk.resize(bytes: volumes * 4_096 + (8 << 10))
      let archiveID = ["--id", "5f7c1d3e-0b6a-4a52-9d0a-5d1f6f0c7a12", "--sequence", "2"]
      let narrow = try await source.start(["export", "create", second] + Self.fixed.prefix(2) + archiveID).ended()
      Self.expectNamed(narrow, "without room for the manifest")
      #expect(!FileManager.default.fileExists(atPath: second + "/manifest.sig"))
      try disk.resize(bytes: Self.plenty)
      let done = try await source.start(["export", "create", second] + Self.fixed.prefix(2) + archiveID).ended()
      #expect(done.status == 0, "\(done.words)")
      try await source.expect(0, "export", "verify", second)
    }

    @Test(
      "an export that finds no room in its own state directory says so, and goes on with room",
      .enabled(if: SmallDisk.isPossible, needsRoot), arguments: [4 << 10, 64 << 10, 200 << 10])
    func fullStateOfSource(_ room: Int) async throws {
      let template = try await ArchiveSite("hq")
      try await template.fill()
      let expected = try await undisturbed(template)
      let disk = try SmallDisk(bytes: Self.plenty)
      let source = try template.copy(to: disk.path)
      let archive = source.folder.path("archive")
      try disk.resize(bytes: disk.used + room)
      let full = try await export(source, archive)
      Self.expectNamed(full, "\(room) bytes")
      #expect(!FileManager.default.fileExists(atPath: archive + "/manifest.sig"))
      try disk.resize(bytes: Self.plenty)
      let done = try await export(source, archive)
      #expect(done.status == 0, "\(done.words)")
      #expect(try ArchiveBytes(archive).unsigned == expected)
    }

    @Test("writes that a medium refuses leave no signature, and on a sound one the same command ends the archive")
    func refusedWrites() async throws {
      let source = try await ArchiveSite("hq")
      try await source.fill()
      let expected = try await undisturbed(source)
      let archive = source.folder.path("archive")
      for blocks in [400, 2_000, 4_000] {
        // The signal is ignored, so that write() itself says no. Blocks of 512 bytes.
        let shell = "trap '' XFSZ; ulimit -f \(blocks)"
        let refused = try await source.start(["export", "create", archive] + Self.fixed, shell: shell).ended()
        #expect(refused.status == 1, "\(blocks): \(refused.words)")
        #expect(refused.errors.contains("File too large"), "\(blocks): \(refused.errors)")
        #expect(!FileManager.default.fileExists(atPath: archive + "/manifest.sig"))
      }
      let done = try await export(source, archive)
      #expect(done.status == 0, "\(done.words)")
      #expect(try ArchiveBytes(archive).unsigned == expected)
    }

    // MARK: Reading

    @Test(
      "an importing site without room says so, shows nothing of the archive, and goes on with room",
      .enabled(if: SmallDisk.isPossible, needsRoot), arguments: [0.03, 0.5, 0.9, 0.97])
    func fullSite(_ share: Double) async throws {
      let (source, template) = try await sites()
      let archive = source.folder.path("archive")
      let undisturbed = try template.copy()
      try await undisturbed.expect(0, "import", "apply", archive, "--quiet")
      let new = try StateDump(state: undisturbed.state)
      let growth = ArchiveKillTests.size(of: undisturbed.state) - ArchiveKillTests.size(of: template.state)
      let room = Int(share * Double(growth))
      let disk = try SmallDisk(bytes: Self.plenty)
      let site = try template.copy(to: disk.path)
      let old = try StateDump(state: site.state)
      try disk.resize(bytes: disk.used + room)
      let full = try await site.start(["import", "apply", archive, "--quiet"]).ended()
      Self.expectNamed(full, "\(room) bytes")
      let found = try StateDump(state: site.state)
      for part in StateDump.Part.allCases { #expect(found[part] == old[part], "\(room): \(part) are visible") }
      // Whole files come first: no revision names them yet.
      #expect(found.present.isSubset(of: new.present), "\(room)")
      #expect(found.content.allSatisfy { new.content[$0.key] == $0.value }, "\(room)")
      try disk.resize(bytes: Self.plenty)
      try await site.expect(0, "import", "apply", archive, "--quiet")
      #expect(try StateDump(state: site.state).differences(from: new) == [], "\(room)")
      try await site.expectSoundContent()
    }

    @Test(
      "a disk that is pulled out is named with volume, entry and offset; another copy of it ends the import",
      .enabled(if: BreakingDisk.isPossible, needsRoot))
    func readErrors() async throws {
      let (source, site) = try await sites()
      let archive = source.folder.path("archive")
      let before = try StateDump(state: site.state)
      let disk = try BreakingDisk(megabytes: 24)
      try disk.put(archive)
      try disk.pullOut()
      for command in [["import", "apply"], ["export", "verify"]] {
        let broken = try await site.start(command + [disk.archive]).ended()
        #expect(broken.status == 1, "\(command): \(broken.words)")
        for words in ["volumes/000", "entry", "offset", "Input/output error", "hint: "] {
          #expect(broken.errors.contains(words), "\(command), \(words): \(broken.errors)")
        }
      }
      let after = try StateDump(state: site.state)
      for part in StateDump.Part.allCases { #expect(after[part] == before[part], "\(part)") }
      #expect(after.content == before.content)
      try await site.expect(0, "import", "apply", archive, "--quiet")
      #expect(try ReplicatedFacts.of(site.catalogFile) == ReplicatedFacts.of(source.catalogFile))
      try await site.expectSoundContent()
    }

    @Test("a volume that ends early is refused by name, what was read stays, and a whole copy ends the import")
    func truncatedVolume() async throws {
      let (source, site) = try await sites()
      let archive = source.folder.path("archive")
      let place = site.folder.path("disk")
      try FileManager.default.copyItem(atPath: archive, toPath: place)
      let volume = place + "/volumes/0002.tar"
      let whole = try Data(contentsOf: URL(fileURLWithPath: volume))
      #expect(truncate(volume, off_t(whole.count / 2)) == 0)
      let refused = try await site.expect(12, "import", "apply", place)
      #expect(refused.errors.contains("refused at volume") && refused.errors.contains("volumes/0002.tar"))
      let waiting = try await site.json(0, "import", "status")
      #expect((waiting["waiting"] as? [[String: Any]])?.first?["files"] as? Int ?? 0 > 0, "\(waiting)")
      // The first volume is not needed any more.
      try FileManager.default.removeItem(atPath: place + "/volumes/0001.tar")
      try whole.write(to: URL(fileURLWithPath: volume))
      try await site.expect(0, "import", "apply", place)
      #expect(try ReplicatedFacts.of(site.catalogFile) == ReplicatedFacts.of(source.catalogFile))
    }

    // MARK: Pieces

    private func export(_ source: ArchiveSite, _ archive: String) async throws -> ProgramRun.Outcome {
      try await source.start(["export", "create", archive] + Self.fixed).ended()
    }

    /// What an export writes that nothing disturbs, but for the signature.
    private func undisturbed(_ source: ArchiveSite) async throws -> [String: Data] {
      let site = try source.copy()
      let archive = site.folder.path("archive")
      let outcome = try await export(site, archive)
      try #require(outcome.status == 0, "\(outcome.words)")
      return try ArchiveBytes(archive).unsigned
    }

    /// A source with a finished archive of several volumes, and an empty replica that trusts it.
    private func sites() async throws -> (ArchiveSite, ArchiveSite) {
      let source = try await ArchiveSite("hq")
      let site = try await ArchiveSite("branch", mode: "replica")
      try await source.fill()
      try await site.trust(source)
      try await source.expect(0, "export", "create", source.folder.path("archive"), "--volume-size", "2200000")
      return (source, site)
    }

    private static func expectNamed(_ full: ProgramRun.Outcome, _ occasion: String) {
      #expect(full.status == 1, "\(occasion): \(full.words)")
      let words = full.errors.lowercased()
      #expect(words.contains("space") || words.contains("full") || words.contains("room"), "\(occasion): \(full.words)")
      #expect(full.errors.contains("hint: "), "\(occasion): \(full.errors)")
    }
  }

  /// A file system on a device that can be taken away below it.
  final class BreakingDisk: Sendable {
    private let folder: TemporaryDirectory
    private var image: String { folder.path("image") }
    private var mounted: String { folder.path("disk") }
    var archive: String { mounted + "/archive" }

    struct NotAllowed: Error {}

    static let isPossible: Bool = (try? BreakingDisk(megabytes: 8)) != nil

    init(megabytes: Int) throws {
      folder = try TemporaryDirectory()
      try FileManager.default.createDirectory(atPath: mounted, withIntermediateDirectories: true)
      try Data().write(to: URL(fileURLWithPath: image))
      guard truncate(image, off_t(megabytes << 20)) == 0,
        EndToEnd.FullDiskTests.SmallDisk.call("mkfs.ext4", "-q", "-O", "^has_journal", image) == 0
      else { throw NotAllowed() }
      try mount("loop")
    }

    private func mount(_ options: String) throws {
      guard EndToEnd.FullDiskTests.SmallDisk.call("mount", "-o", options, image, mounted) == 0 else {
        throw NotAllowed()
      }
    }

    func put(_ path: String) throws { try FileManager.default.copyItem(atPath: path, toPath: archive) }

    /// Pulls the disk out while an archive is read: the four files and half of the first volume were read, nothing
    /// else can be.
    func pullOut() throws {
      guard EndToEnd.FullDiskTests.SmallDisk.call("umount", mounted) == 0 else { throw NotAllowed() }
      try mount("loop,ro")
      for name in try FileManager.default.subpathsOfDirectory(atPath: archive) where !name.hasSuffix(".tar") {
        _ = FileManager.default.contents(atPath: "\(archive)/\(name)")
      }
      let volume = try FileHandle(forReadingFrom: URL(fileURLWithPath: archive + "/volumes/0001.tar"))
      _ = try volume.read(upToCount: 1 << 20)
      try volume.close()
      guard truncate(image, 64 << 10) == 0 else { throw NotAllowed() }
    }

    deinit { _ = EndToEnd.FullDiskTests.SmallDisk.call("umount", mounted) }
  }
}

extension EndToEnd.FullDiskTests.SmallDisk {
  /// Bytes of everything on it, in whole pages.
  var used: Int {
    var facts = statvfs()
    guard statvfs(path, &facts) == 0 else { return 0 }
    return Int(facts.f_blocks - facts.f_bfree) * Int(facts.f_frsize)
  }

  /// Takes all the room that is left.
  ///
  /// - Returns: the file that has it.
  func fill() throws -> String {
    let ballast = path + "/ballast"
    try Data().write(to: URL(fileURLWithPath: ballast))
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: ballast))
    let piece = Data(repeating: 1, count: 64 << 10)
    while (try? file.write(contentsOf: piece)) != nil {}
    try file.close()
    return ballast
  }
}
