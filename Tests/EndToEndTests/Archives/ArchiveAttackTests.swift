import Foundation
import Generator
import TestSupport
import Testing

extension ArchiveEndToEnd {
  /// Every attack of docs/archive-format.md section 12, with the real program.
  ///
  /// The archives are real, altered byte by byte, and signed again with the openssl command where the signer is the
  /// attacker. ExportTests has a test of the name of each attack; here each meets the command.
  @Suite struct ArchiveAttackTests {
    private static let shape = CatalogueShape(
      revisions: 60, seed: 5, contentSize: 4_000_000, languages: ["en"], medianDocument: 2_000)

    @Test("every attack ends the commands with status 12, says which check failed, and stores nothing that is visible")
    func attacks() async throws {
      let scene = try await Scene()
      for attack in ArchiveAttack.allCases { try await scene.play(attack) }
    }

    /// A source that has written two archives, an importing site, and the untouched copies of both.
    private struct Scene {
      let source: ArchiveSite
      let template: ArchiveSite
      private let stranger: ArchiveSite

      init() async throws {
        source = try await ArchiveSite("hq")
        template = try await ArchiveSite("branch", mode: "replica")
        stranger = try await ArchiveSite("stranger")
        try await source.fill(ArchiveAttackTests.shape)
        try await template.trust(source)
        // Volumes of the same catalogue and moment are the same.
        for (name, created) in [("archive", "2026-10-01T00:00:00Z"), ("newer", "2026-11-01T00:00:00Z")] {
          try await source.expect(
            0, "export", "create", source.folder.path(name), "--volume-size", "2200000", "--created", created)
        }
      }

      func play(_ attack: ArchiveAttack) async throws {
        let site = try template.copy()
        let place = try TemporaryDirectory()
        let archive = ForgedArchive(
          path: place.path("archive"), genuine: source.folder.path("archive"), newer: source.folder.path("newer"),
          signer: source.signingKey("hq"),
          stranger: stranger.signingKey("stranger"))
        try FileManager.default.copyItem(atPath: archive.genuine, toPath: archive.path)
        if let earlier = attack.imported(archive) { try await site.expect(0, "import", "apply", earlier, "--quiet") }
        if attack == .revokedKey { try await site.expect(0, "keys", "revoke", "hq", "--yes") }
        try attack.forge(archive)

        let before = try StateDump(state: site.state)
        let folders = [archive.path] + (attack == .mixedDisks ? [archive.newer] : [])
        var commands = [["import", "apply"] + folders + attack.options]
        if attack.meetsVerification { commands.append(["export", "verify"] + folders + attack.options) }
        for command in commands {
          let outcome = try await site.start(command).ended()
          #expect(outcome.status == 12, "\(attack), \(command[1]): \(outcome.words)")
          #expect(outcome.errors.contains("refused at \(attack.step)"), "\(attack), \(command[1]): \(outcome.errors)")
          #expect(outcome.output.isEmpty, "\(attack), \(command[1]): \(outcome.output)")
        }
        let after = try StateDump(state: site.state)
        for part in StateDump.Part.allCases { #expect(after[part] == before[part], "\(attack): \(part)") }
        #expect(after.content == before.content && after.present == before.present, "\(attack)")
        let history = try await site.json(0, "import", "history")
        #expect((history["imports"] as? [Any])?.count == (attack.step == "sequence" ? 1 : 0), "\(attack)")
        if !attack.opensVolumes {
          #expect(after.differences(from: before) == [], "\(attack)")
          let waiting = try await site.json(0, "import", "status")
          #expect((waiting["waiting"] as? [Any])?.isEmpty == true, "\(attack): nothing waits either")
        }
      }
    }
  }
}

/// docs/archive-format.md, section 12.
enum ArchiveAttack: String, CaseIterable {
  case tamperedManifest, tamperedSignature, missingSignature, wrongKey, revokedKey
  case otherSpelling, duplicateEntryInManifest, futureVersion
  case otherTarget, expired, freeze, future, rollback, fork, missingBase
  case extraFile, extraVolume, mixedDisks, linkedVolume, linkedManifest
  case mixAndMatchOfVolumes, swappedVolumes, extraEntry, duplicateEntry
  case pathTraversal, absolutePath, symbolicLink, hardLink, characterDevice, blockDevice, pipe, extendedHeader
  case endlessEntry, endlessVolume, dataBehindTheEnd, truncatedVolume, emptyVolume
  case changedContent, decompressionBomb

  /// The check of section 7 that refuses it.
  var step: String {
    switch self {
    case .missingSignature, .linkedManifest: "size"
    case .tamperedManifest, .tamperedSignature: "signature"
    case .wrongKey, .revokedKey: "signer"
    case .otherSpelling, .duplicateEntryInManifest, .futureVersion: "manifest"
    case .otherTarget: "target"
    case .expired, .freeze, .future: "freshness"
    case .rollback, .fork: "sequence"
    case .missingBase: "base"
    case .extraFile, .extraVolume, .mixedDisks, .linkedVolume: "folder"
    default: "volume"
    }
  }

  var opensVolumes: Bool { step == "volume" }

  /// `export verify` judges an archive for nobody in particular.
  var meetsVerification: Bool { !["target", "sequence", "base"].contains(step) }

  /// What the site has imported before.
  func imported(_ archive: ForgedArchive) -> String? {
    switch self {
    case .rollback: archive.newer
    case .fork: archive.genuine
    default: nil
    }
  }

  var options: [String] { self == .freeze ? ["--set", "archives.maximum-age=30d"] : [] }
}

// MARK: - The attacks

extension ArchiveAttack {
  func forge(_ archive: ForgedArchive) throws {
    switch step {
    case "size", "signature", "signer": try forgeSignature(archive)
    case "folder": try forgeFolder(archive)
    case "volume": try forgeVolume(archive)
    default: try forgeManifest(archive)
    }
  }

  private func forgeSignature(_ archive: ForgedArchive) throws {
    switch self {
    case .tamperedManifest: try archive.change("manifest.json") { $0[$0.count / 2] ^= 1 }
    case .tamperedSignature: try archive.change("manifest.sig") { $0[$0.count - 1] ^= 1 }
    case .missingSignature: try archive.remove("manifest.sig")
    case .linkedManifest: try archive.link("manifest.json")
    case .wrongKey: try archive.sign(with: archive.stranger)
    default: break
    }
  }

  private func forgeManifest(_ archive: ForgedArchive) throws {
    switch self {
    case .otherSpelling: try archive.replace(#"{"archiveId":"#, #"{ "archiveId":"#)
    case .futureVersion: try archive.replace(#""version":1,"#, #""version":2,"#)
    case .duplicateEntryInManifest:
      let entry = try archive.firstEntry()
      try archive.replace(entry, entry + "," + entry)
    case .otherTarget: try archive.replace(#""target":null"#, #""target":"5f7c1d3e-0b6a-4a52-9d0a-5d1f6f0c7a11""#)
    case .freeze: try archive.setText("created", "2019-01-01T00:00:00Z")
    case .future: try archive.setText("created", "2199-01-01T00:00:00Z")
    case .expired:
      try archive.setText("created", "2019-01-01T00:00:00Z")
      try archive.replace(#""expires":null"#, #""expires":"2019-02-01T00:00:00Z""#)
    case .missingBase:
      let base = #"{"id":"5f7c1d3e-0b6a-4a52-9d0a-5d1f6f0c7a11","kind":"archive","sequence":"#
      try archive.setSequence(9)
      try archive.replace(#""base":null"#, #""base":"# + base + "8}")
    case .fork: try archive.setText("archiveId", "5f7c1d3e-0b6a-4a52-9d0a-5d1f6f0c7a11")
    default: break
    }
  }

  private func forgeFolder(_ archive: ForgedArchive) throws {
    switch self {
    case .extraFile: try archive.write([1], to: "autorun.inf")
    case .extraVolume: try archive.write(try archive.bytes("volumes/0001.tar"), to: "volumes/0009.tar")
    case .linkedVolume: try archive.link("volumes/0001.tar")
    default: break
    }
  }

  private func forgeVolume(_ archive: ForgedArchive) throws {
    switch self {
    case .mixAndMatchOfVolumes:
      try archive.write(
        [UInt8](Data(contentsOf: URL(fileURLWithPath: archive.newer + "/volumes/0001.tar"))), to: "volumes/0001.tar")
    case .swappedVolumes:
      let (one, two) = (try archive.bytes("volumes/0001.tar"), try archive.bytes("volumes/0002.tar"))
      try archive.write(two, to: "volumes/0001.tar")
      try archive.write(one, to: "volumes/0002.tar")
    case .extraEntry: try archive.changeVolume { $0.insert(contentsOf: TarBytes.header(name: "content/AA/x"), at: 0) }
    case .duplicateEntry:
      try archive.changeVolume { bytes in
        let entries = TarBytes.entries(bytes)
        bytes.insert(contentsOf: Array(bytes[entries[1]]), at: entries[1].upperBound)
      }
    case .pathTraversal: try archive.changeHeader { TarBytes.rename(&$0, "../../../etc/cron.d/x") }
    case .absolutePath: try archive.changeHeader { TarBytes.rename(&$0, "/etc/cron.d/x") }
    case .symbolicLink: try archive.changeHeader { TarBytes.retype(&$0, "2") }
    case .hardLink: try archive.changeHeader { TarBytes.retype(&$0, "1") }
    case .characterDevice: try archive.changeHeader { TarBytes.retype(&$0, "3") }
    case .blockDevice: try archive.changeHeader { TarBytes.retype(&$0, "4") }
    case .pipe: try archive.changeHeader { TarBytes.retype(&$0, "6") }
    case .extendedHeader: try archive.changeHeader { TarBytes.retype(&$0, "x") }
    case .endlessEntry: try archive.changeHeader { $0.replaceSubrange(124..<135, with: Array("77777777777".utf8)) }
    case .endlessVolume: #expect(truncate(archive.path + "/volumes/0001.tar", 1 << 40) == 0)
    case .dataBehindTheEnd: try archive.changeVolume { $0 += [UInt8](repeating: 0, count: 512) }
    case .truncatedVolume: try archive.changeVolume { $0.removeLast($0.count / 3) }
    case .emptyVolume: try archive.changeVolume { $0.removeAll() }
    case .changedContent: try archive.changeVolume { $0[TarBytes.entries($0)[2].lowerBound + 512] ^= 1 }
    case .decompressionBomb: try archive.claimPackedLength(16)
    default: break
    }
  }
}
