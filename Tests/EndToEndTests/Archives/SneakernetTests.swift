import Foundation
import Platform
import TestSupport
import Testing

extension ArchiveEndToEnd {
  /// A connected site, an air-gapped one, and disks between them.
  @Suite struct SneakernetTests {
    private static let volumeSize = "2200000"

    @Test(
      """
      an air-gapped replica follows its source over disks: a full archive in two goes from read-only media, a receipt, \
      a lost disk, a differential archive, a rollback
      """)
    func story() async throws {
      let source = try await ArchiveSite("hq")
      let site = try await ArchiveSite("branch", mode: "replica")
      try await source.fill()
      try await site.trust(source)
      try await source.trust(site, for: "receipts")
      let archive = source.folder.path("first")
      let made = try await source.json(0, "export", "create", archive, "--volume-size", Self.volumeSize)
      let volumes = try #require(made["volumes"] as? Int)
      try #require(volumes > 1)

      let medium = try Medium(archive)
      let before = try ArchiveBytes(medium.path)
      let (one, two) = try medium.split()
      try medium.protect()
      let plan = try await site.json(3, "import", "plan", one)
      #expect(plan["newRevisions"] as? Int == 300)
      let waiting = try await site.json(3, "import", "apply", one)
      #expect(waiting["missingVolumes"] as? [Int] == Array(2...volumes))
      #expect((try await site.json(0, "updates", "list")["updates"] as? [Any])?.isEmpty == true)
      let evidence = site.folder.path("evidence.json")
      let applied = try await site.json(0, "import", "apply", two, "--report", evidence)
      #expect(applied["newRevisions"] as? Int == 300)
      #expect(try String(contentsOfFile: evidence, encoding: .utf8).contains("\"result\":\"accepted\""))
      #expect(try ReplicatedFacts.of(site.catalogFile) == ReplicatedFacts.of(source.catalogFile))
      #expect(try ArchiveBytes(medium.path) == before, "what is imported is never written to")
      let again = try await site.json(0, "import", "apply", one, two)
      #expect(again["result"] as? String == "alreadyApplied")
      try await site.expectSoundContent()

      let receipt = site.folder.path("receipt")
      try await site.expect(0, "receipt", "create", receipt)
      let first = try StateDump(state: site.state)
      try await source.grow(month: 1)
      try await source.expect(0, "export", "create", source.folder.path("lost"), "--since-receipt", receipt)
      try await source.grow(month: 2)
      let next = source.folder.path("second")
      let differential = try await source.json(0, "export", "create", next, "--since-receipt", receipt)
      let counts = try #require(differential["counts"] as? [String: Any])
      #expect(counts["revisions"] as? Int ?? 0 < counts["totalRevisions"] as? Int ?? 0)
      try await site.expect(0, "import", "apply", next)
      #expect(try ReplicatedFacts.of(site.catalogFile) == ReplicatedFacts.of(source.catalogFile))
      let second = try StateDump(state: site.state)

      // The lost disk is found again: it is older than what was imported.
      let old = try await site.expect(12, "import", "apply", source.folder.path("lost"))
      #expect(old.errors.contains("refused at sequence"), "\(old.errors)")
      try await site.expect(0, "import", "rollback")
      #expect(try StateDump(state: site.state).differences(from: second) == [])
      try await site.expect(0, "import", "rollback", "--yes")
      let rolledBack = try StateDump(state: site.state)
      for part in StateDump.Part.allCases { #expect(rolledBack[part] == first[part], "\(part)") }
      try await site.expect(0, "import", "apply", next)
      #expect(try StateDump(state: site.state).differences(from: second) == [])
      try await site.expectSoundContent()

      #expect(
        try site.auditActions() == [
          "keys create", "keys trust", "import apply", "receipt create", "import apply", "import rollback",
          "import apply",
        ])
      #expect(
        try source.auditActions() == ["keys create", "keys trust", "export create", "export create", "export create"])
    }

    @Test(
      "an autonomous site takes metadata and content; approvals of groups with the same names only with --with-approvals"
    )
    func autonomous() async throws {
      let source = try await ArchiveSite("hq")
      let site = try await ArchiveSite("island")
      try await source.fill()
      try await site.trust(source)
      let archive = source.folder.path("archive")
      try await source.expect(0, "export", "create", archive)
      try await site.expect(0, "import", "apply", archive)
      let facts = try ReplicatedFacts.of(site.catalogFile)
      let wanted = try ReplicatedFacts.of(source.catalogFile)
      let documents = "latest revisions and their documents"
      #expect(facts[documents] == wanted[documents])
      #expect(facts["deployments"] == [])

      let other = try await ArchiveSite("peninsula")
      try await other.trust(source)
      let preview = try await other.json(0, "import", "apply", archive, "--with-approvals")
      let administration = try #require(preview["administration"] as? [String: Any])
      let mapped = try #require(administration["approvals"] as? [[String: Any]])
      #expect(
        mapped.allSatisfy {
          $0["group"] as? String == "All Computers" || $0["group"] as? String == "Unassigned Computers"
        })
      #expect((administration["unmatchedGroups"] as? [String: Int])?.isEmpty == false)
      #expect((try await other.json(0, "import", "history")["imports"] as? [Any])?.isEmpty == true)
      try await other.expect(0, "import", "apply", archive, "--with-approvals", "--yes")
      #expect(try ReplicatedFacts.of(other.catalogFile)["deployments"]?.count == mapped.count)
    }

    @Test("refusals end with 12 before anything is stored: signer, target, base, source; 11 while another run works")
    func refusals() async throws {
      let source = try await ArchiveSite("hq")
      let second = try await ArchiveSite("other")
      let site = try await ArchiveSite("branch", mode: "replica")
      try await source.fill()
      try await second.fill()
      let (plain, foreign) = (source.folder.path("plain"), source.folder.path("foreign"))
      try await source.expect(0, "export", "create", plain)
      try await source.expect(
        0, "export", "create", foreign, "--target", "5f7c1d3e-0b6a-4a52-9d0a-5d1f6f0c7a11")
      try await source.grow(month: 1)
      let (differential, stranger) = (source.folder.path("differential"), second.folder.path("stranger"))
      try await source.expect(0, "export", "create", differential, "--since-archive", foreign)
      try await second.expect(0, "export", "create", stranger)
      let empty = try StateDump(state: site.state)

      func refused(_ step: String, _ archive: String, place: SourceLocation = #_sourceLocation) async throws {
        let outcome = try await site.expect(12, "import", "apply", archive, place: place)
        #expect(outcome.errors.contains("refused at \(step)"), "\(outcome.errors)", sourceLocation: place)
      }
      try await refused("signer", plain)
      try await site.trust(source)
      try await site.trust(second)
      try await refused("target", foreign)
      try await refused("base", differential)
      #expect(try StateDump(state: site.state) == empty)
      #expect((try await site.json(0, "import", "status")["waiting"] as? [Any])?.isEmpty == true)
      do {
        let lock = try FileLock(path: site.state + "/lock")
        defer { withExtendedLifetime(lock) {} }
        let busy = try await site.expect(11, "import", "apply", plain)
        #expect(busy.errors.contains("hint: "), "\(busy.errors)")
      }
      try await site.expect(0, "import", "apply", plain)
      try await refused("source", stranger)
      #expect(try site.auditActions() == ["keys create", "keys trust", "keys trust", "import apply"])
    }

    @Test(
      "the commands of README.txt, run as they stand there, check an archive, leave it as it is, and find a flipped bit"
    )
    func plainTools() async throws {
      let source = try await ArchiveSite("hq")
      try await source.fill()
      let archive = source.folder.path("archive")
      try await source.expect(0, "export", "create", archive, "--volume-size", Self.volumeSize)
      let certificate = try await source.expect(0, "keys", "certificate", "hq").output
      let file = try source.folder.write(Array(certificate.utf8), to: "hq.pem")
      let before = try ArchiveBytes(archive)
      let commands = try ReadmeCommands(archive)
      #expect(commands.lines.count == 4 && commands.tools == ["openssl", "sha256sum", "tar"], "\(commands.lines)")
      var output = ""
      for command in commands.lines {
        let run = try commands.run(command, signer: file)
        #expect(run.ending == .exited(0), "\(command): \(run.errors)")
        output += String(decoding: run.output, as: UTF8.self)
      }
      #expect(try ArchiveBytes(archive) == before, "the commands leave the disk as it is")
      // The manifest, which is signed, has the digest of SHA256SUMS that was printed.
      #expect(output.contains(try Self.sumsDigest(archive) + "  SHA256SUMS"))
      for name in ["state.json.zst", "inventory/revisions.zst", "metadata/000001.zst"] {
        #expect(output.contains(" \(name)\n"), "\(name)")
      }

      for name in ["volumes/0002.tar", "manifest.json", "manifest.sig", "SHA256SUMS", "README.txt"] {
        let good = try Self.flip("\(archive)/\(name)")
        let printed = try commands.lines.map { try commands.run($0, signer: file) }
        let isSumOther = !printed.contains {
          String(decoding: $0.output, as: UTF8.self).contains((try? Self.sumsDigest(archive)) ?? "none")
        }
        #expect(isSumOther || printed.contains { $0.ending != .exited(0) }, "\(name) was changed")
        try good.write(to: URL(fileURLWithPath: "\(archive)/\(name)"))
      }
      try await source.expect(0, "export", "verify", archive)
    }

    @Test("every content file that is in one piece comes out of tar under its SHA-1")
    func unpacked() async throws {
      let source = try await ArchiveSite("hq")
      try await source.fill()
      let archive = source.folder.path("archive")
      try await source.expect(0, "export", "create", archive, "--volume-size", Self.volumeSize)
      let folder = try TemporaryDirectory()
      let unpacked = try ChildProcess.run(
        "sh", ["-c", "for volume in '\(archive)'/volumes/*.tar; do tar -xf $volume -C '\(folder.path)' || exit; done"])
      #expect(unpacked.ending == .exited(0), "\(unpacked.errors)")
      let sums = try ChildProcess.run(
        "sh", ["-c", "cd '\(folder.path)/content' && find . -type f ! -name '*.part-*' -exec sha1sum '{}' +"])
      let lines = String(decoding: sums.output, as: UTF8.self).split(separator: "\n")
      #expect(lines.count > 50)
      for line in lines {
        let name = line.split(separator: "/").last ?? ""
        #expect(name.uppercased().hasPrefix(line.prefix(40).uppercased()), "\(line)")
      }
    }

    /// What the manifest says of SHA256SUMS.
    private static func sumsDigest(_ archive: String) throws -> String {
      let manifest = try JSONSerialization.jsonObject(
        with: Data(contentsOf: URL(fileURLWithPath: archive + "/manifest.json")))
      let files = (manifest as? [String: Any])?["files"] as? [[String: Any]]
      return try #require(files?.first { $0["name"] as? String == "SHA256SUMS" }?["sha256"] as? String)
    }

    /// - Returns: the bytes before.
    private static func flip(_ path: String) throws -> Data {
      let good = try Data(contentsOf: URL(fileURLWithPath: path))
      var bytes = good
      bytes[bytes.count / 2] ^= 1
      try bytes.write(to: URL(fileURLWithPath: path))
      return good
    }
  }

  /// The commands under "CHECK IT WITH STOCK TOOLS" of the README.txt on a medium.
  struct ReadmeCommands {
    private let archive: String
    /// As they stand there; continued lines together.
    let lines: [String]

    init(_ archive: String) throws {
      self.archive = archive
      let text = try String(contentsOfFile: archive + "/README.txt", encoding: .utf8)
      let section = try #require(text.components(separatedBy: "CHECK IT WITH STOCK TOOLS").last)
      let commands = section.components(separatedBy: "IMPORT IT")[0].split(separator: "\n").filter {
        $0.hasPrefix("  ")
      }
      lines = commands.joined(separator: "\n").replacingOccurrences(of: "\\\n", with: "").split(separator: "\n").map {
        $0.trimmingCharacters(in: .whitespaces)
      }
    }

    /// The programs that they name.
    var tools: Set<String> {
      Set(
        ["openssl", "sha256sum", "tar", "zstd", "updatemirror"].filter { tool in
          lines.contains { $0.split(separator: " ").contains(Substring(tool)) }
        })
    }

    /// Runs a command in the archive's folder with a shell.
    ///
    /// - Parameter signer: takes the place of SIGNER.crt.
    func run(
      _ command: String, signer: String
    ) throws -> (ending: ChildProcess.Ending, output: Data, errors: String) {
      let command = command.replacingOccurrences(of: "SIGNER.crt", with: "'\(signer)'")
      return try ChildProcess.run("sh", ["-c", "cd '\(archive)' && \(command)"])
    }
  }

  /// A disk with an archive; where the tests may mount, a real one that is read-only then.
  final class Medium: Sendable {
    private let disk: EndToEnd.FullDiskTests.SmallDisk?
    private let folder: TemporaryDirectory
    let path: String

    init(_ archive: String) throws {
      folder = try TemporaryDirectory()
      disk = EndToEnd.FullDiskTests.SmallDisk.isPossible ? try EndToEnd.FullDiskTests.SmallDisk(bytes: 64 << 20) : nil
      path = (disk?.path ?? folder.path) + "/archive"
      try FileManager.default.copyItem(atPath: archive, toPath: path)
    }

    /// Folders with volume 1, and with the others. They lie beside the whole archive.
    func split() throws -> (String, String) {
      let manager = FileManager.default
      let parent = (path as NSString).deletingLastPathComponent
      let folders = (parent + "/one", parent + "/two")
      for (folder, isFirst) in [(folders.0, true), (folders.1, false)] {
        try manager.copyItem(atPath: path, toPath: folder)
        for name in try manager.contentsOfDirectory(atPath: folder + "/volumes") where (name == "0001.tar") != isFirst {
          try manager.removeItem(atPath: "\(folder)/volumes/\(name)")
        }
      }
      return folders
    }

    func protect() throws {
      guard let disk else { return }
      #expect(EndToEnd.FullDiskTests.SmallDisk.call("mount", "-o", "remount,ro", disk.path) == 0)
    }
  }
}
