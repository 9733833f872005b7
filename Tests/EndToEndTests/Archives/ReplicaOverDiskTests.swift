import Foundation
import Generator
import TestSupport
import Testing

extension ArchiveEndToEnd {
  /// A replica that only disks reach answers its own downstream servers as its source does.
  @Suite struct ReplicaOverDiskTests {
    /// 5,000 revisions, or as many as UPDATEMIRROR_ARCHIVE_REVISIONS says.
    private static let shape: CatalogueShape = {
      let revisions = ProcessInfo.processInfo.environment["UPDATEMIRROR_ARCHIVE_REVISIONS"].flatMap { Int($0) }
      var shape = CatalogueShape(
        revisions: revisions ?? 5_000, seed: 11, contentSize: 24 << 20, languages: ["en", "de"])
      shape.medianDocument = 2_000
      return shape
    }()
    private static let growth = 200

    @Test(
      """
      over the wire, source and replica give the same lists, metadata, deployments and files after a full archive and \
      three differential ones, the second of which was lost and recovered through a receipt
      """)
    func sameAnswers() async throws {
      let source = try await ArchiveSite("hq")
      let site = try await ArchiveSite("branch", mode: "replica")
      try await source.fill(Self.shape)
      try await site.trust(source)
      try await source.trust(site, for: "receipts")
      let full = try await carry(source, site, "full", "--volume-size", "16000000")
      #expect(full.carried == Self.shape.revisions && full.volumes > 1)
      let first = try await expectSameAnswers(source, site, "full")
      #expect(first.revisions.count > Self.shape.revisions / 2, "only the latest revisions are listed")
      #expect(first.deployments > 50 && first.content.count > 500)

      // Changes, declines, deletions.
      try await grow(source, month: 1)
      let one = try await carry(source, site, "one", "--since-receipt", try await receipt(site, "one"))
      #expect(one.carried == Self.growth && one.total == Self.shape.revisions + Self.growth)
      let second = try await expectSameAnswers(source, site, "one", since: first)

      // The disk of the second round is lost; what builds upon it is refused, and a receipt is the way out.
      try await grow(source, month: 2)
      let lost = source.folder.path("lost")
      try await source.expect(0, "export", "create", lost, "--since-archive", source.folder.path("one"))
      let orphan = source.folder.path("orphan")
      try await source.expect(0, "export", "create", orphan, "--since-archive", lost)
      let refused = try await site.expect(12, "import", "apply", orphan)
      #expect(refused.errors.contains("refused at base") && refused.errors.contains("receipt create"))
      let two = try await carry(source, site, "two", "--since-receipt", try await receipt(site, "two"))
      #expect(two.carried == Self.growth, "what the lost archive carried, and not everything")
      let third = try await expectSameAnswers(source, site, "two", since: first, second)

      try await grow(source, month: 3)
      let three = try await carry(source, site, "three", "--since-archive", source.folder.path("two"))
      #expect(three.carried == Self.growth)
      let fourth = try await expectSameAnswers(source, site, "three")
      #expect(Set([first, second, third, fourth].map { $0.answers.last?.body }).count == 4, "approvals have changed")
      try await site.expectSoundContent()
    }

    // MARK: Pieces

    private struct Carried {
      let carried: Int
      let total: Int
      let volumes: Int
    }

    private func carry(
      _ source: ArchiveSite, _ site: ArchiveSite, _ name: String, _ options: String...
    ) async throws -> Carried {
      let archive = source.folder.path(name)
      let outcome = try await source.start(["export", "create", archive, "--json", "--quiet"] + options).ended()
      try #require(outcome.status == 0, "\(outcome.words)")
      try await site.expect(0, "import", "apply", archive, "--quiet")
      let made = try outcome.json
      let counts = try #require(made["counts"] as? [String: Any])
      return Carried(
        carried: try #require(counts["revisions"] as? Int), total: try #require(counts["totalRevisions"] as? Int),
        volumes: try #require(made["volumes"] as? Int))
    }

    private func receipt(_ site: ArchiveSite, _ name: String) async throws -> String {
      let file = site.folder.path("\(name).receipt")
      try await site.expect(0, "receipt", "create", file)
      return file
    }

    private func grow(_ source: ArchiveSite, month: Int) async throws {
      try await source.grow(Self.shape, month: month, revisions: Self.growth)
    }

    /// Serves both sites, one after the other, and asks each for everything.
    ///
    /// - Parameter earlier: metadata and files that were asked for then are not asked for again.
    private func expectSameAnswers(
      _ source: ArchiveSite, _ site: ArchiveSite, _ occasion: String, since earlier: ServedAnswers...
    ) async throws -> ServedAnswers {
      let names = try site.contentNames()
      let files = names.filter { name in earlier.allSatisfy { $0.content[name] == nil } }
      let absent = Set(try source.contentNames()).subtracting(names)
      #expect(absent.count <= (try await declinedFiles(source)), "\(occasion): only files of declined updates lack")
      let (wanted, found) = (
        try await answers(of: source, files, earlier), try await answers(of: site, files, earlier)
      )
      #expect(found.differences(from: wanted) == [], "\(occasion)")
      #expect(found.content.values.allSatisfy { $0.hasPrefix("200, ") }, "\(occasion)")
      return found
    }

    /// Files that no archive carries, because only declined updates have them.
    private func declinedFiles(_ source: ArchiveSite) async throws -> Int {
      let plan = try await source.start(["export", "plan", "--json"]).ended()
      let rows = try #require(plan.json["leftOut"] as? [[String: Any]], "\(plan.words)")
      return rows.filter { $0["reason"] as? String == "files of declined updates" }.reduce(0) {
        $0 + ($1["count"] as? Int ?? 0)
      }
    }

    private func answers(
      of site: ArchiveSite, _ files: [String], _ earlier: [ServedAnswers]
    ) async throws -> ServedAnswers {
      let answers = Watched<ServedAnswers?>(nil)
      try await site.serving { port in
        let all = try await ServedAnswers(port: port, files: files, known: Set(earlier.flatMap(\.revisions)))
        answers.update { $0 = all }
      }
      return try #require(answers.value)
    }
  }
}
