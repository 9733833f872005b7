import Foundation
import Synchronization
import TestSupport
import Testing

extension ArchiveEndToEnd {
  /// SIGKILL at seeded points of an export and of an import. 12 points each, or as many as UPDATEMIRROR_KILL_POINTS says.
  @Suite struct ArchiveKillTests {
    static let points = number("UPDATEMIRROR_KILL_POINTS", otherwise: 12)
    static let seed = UInt64(number("UPDATEMIRROR_KILL_SEED", otherwise: 20_261_123))

    private static func number(_ name: String, otherwise: Int) -> Int {
      ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? otherwise
    }

    private static let fixed = [
      "--volume-size", "2200000", "--id", "5f7c1d3e-0b6a-4a52-9d0a-5d1f6f0c7a11", "--sequence", "1", "--created",
      "2026-11-01T00:00:00Z", "--quiet",
    ]

    @Test("an export that is killed anywhere ends, when it is repeated, with the bytes of an undisturbed one")
    func export() async throws {
      let template = try await ArchiveSite("hq")
      try await template.fill()
      let undisturbed = try template.copy()
      let began = ContinuousClock.now
      let reference = undisturbed.folder.path("archive")
      let first = try await undisturbed.start(["export", "create", reference] + Self.fixed).ended()
      try #require(first.status == 0, "\(first.words)")
      let length = (ContinuousClock.now - began) / .seconds(1)
      let expected = try ArchiveBytes(reference)
      let total = expected.files.values.reduce(0) { $0 + $1.count }

      var generator = SeededGenerator(seed: Self.seed)
      var kills = KillCount()
      for number in 0..<Self.points {
        let site = try template.copy()
        let archive = site.folder.path("archive")
        let arguments = ["export", "create", archive] + Self.fixed
        let share = Double.random(in: 0..<1, using: &generator)
        let moment: KillMoment =
          number % 2 == 0
          ? .seconds(share * length)
          : .grown(Int(share * Double(total))) { Self.size(of: archive) }
        kills.add(try await moment.run { try site.start(arguments) })
        if FileManager.default.fileExists(atPath: archive + "/manifest.sig") {
          #expect(try ArchiveBytes(archive).unsigned == expected.unsigned, "\(moment): signed and not whole")
        }
        let again = try await site.start(arguments).ended()
        #expect(again.status == 0, "\(moment): \(again.words)")
        #expect(try ArchiveBytes(archive).unsigned == expected.unsigned, "\(moment)")
        let list = try await site.json(0, "export", "list")
        let archives = list["archives"] as? [[String: Any]] ?? []
        #expect(archives.count == 1 && archives.first?["finished"] != nil, "\(moment)")
        if number % 8 == 0 { try await site.expect(0, "export", "verify", archive) }
      }
      print("export: \(kills)")
      #expect(kills.killed > 0)
    }

    @Test(
      "an import that is killed anywhere shows the old or the new state, and ends, when it is repeated, as an undisturbed one"
    )
    func importing() async throws {
      let source = try await ArchiveSite("hq")
      let template = try await ArchiveSite("branch", mode: "replica")
      try await source.fill()
      try await template.trust(source)
      let archive = source.folder.path("archive")
      try await source.expect(0, "export", "create", archive, "--volume-size", "2200000")
      let arguments = ["import", "apply", archive, "--quiet"]
      let old = try StateDump(state: template.state)
      let undisturbed = try template.copy()
      let began = ContinuousClock.now
      let first = try await undisturbed.start(arguments).ended()
      try #require(first.status == 0, "\(first.words)")
      let length = (ContinuousClock.now - began) / .seconds(1)
      let new = try StateDump(state: undisturbed.state)
      let total = Self.size(of: undisturbed.state)

      var generator = SeededGenerator(seed: Self.seed &+ 1)
      var kills = KillCount()
      for number in 0..<Self.points {
        let site = try template.copy()
        let share = Double.random(in: 0..<1, using: &generator)
        let moment: KillMoment =
          number % 2 == 0
          ? .seconds(share * length) : .grown(Int(share * Double(total))) { Self.size(of: site.state) }
        kills.add(try await moment.run { try site.start(arguments) })
        let found = try StateDump(state: site.state)
        let parts = StateDump.Part.allCases
        #expect(
          parts.allSatisfy { found[$0] == old[$0] } || parts.allSatisfy { found[$0] == new[$0] },
          "\(moment): neither old nor new")
        #expect(found.content.allSatisfy { new.content[$0.key] == $0.value }, "\(moment): content/ has other bytes")
        let again = try await site.start(arguments).ended()
        #expect(again.status == 0, "\(moment): \(again.words)")
        #expect(try StateDump(state: site.state).differences(from: new) == [], "\(moment)")
        let history = try await site.json(0, "import", "history")
        #expect((history["imports"] as? [Any])?.count == 1, "\(moment)")
        let waiting = try await site.json(0, "import", "status")
        #expect((waiting["waiting"] as? [Any])?.isEmpty == true, "\(moment)")
        if number % 8 == 0 { try await site.expectSoundContent() }
      }
      print("import: \(kills)")
      #expect(kills.killed > 0)
    }

    /// Bytes of all files below a folder; 0 for none.
    static func size(of folder: String) -> Int {
      let manager = FileManager.default
      let names = (try? manager.subpathsOfDirectory(atPath: folder)) ?? []
      return names.reduce(0) { sum, name in
        sum + ((try? manager.attributesOfItem(atPath: "\(folder)/\(name)"))?[.size] as? Int ?? 0)
      }
    }
  }

  struct KillCount: CustomStringConvertible {
    var killed = 0
    /// Runs that ended before their moment came.
    var late = 0

    mutating func add(_ outcome: ProgramRun.Outcome) {
      if outcome.signal == SIGKILL { killed += 1 } else { late += 1 }
    }

    var description: String { "\(killed) killed, \(late) had ended before" }
  }

  /// When a program is killed.
  enum KillMoment: Sendable, CustomStringConvertible {
    /// So long after its start.
    case seconds(Double)
    /// When what it writes has so many bytes.
    case grown(Int, size: @Sendable () -> Int)

    var description: String {
      switch self {
      case .seconds(let seconds): "killed after \(seconds) s"
      case .grown(let bytes, _): "killed at \(bytes) bytes"
      }
    }

    func run(_ start: () throws -> ProgramRun) async throws -> ProgramRun.Outcome {
      let child = try start()
      let watcher = Thread { [self] in
        if case .seconds(let seconds) = self { Thread.sleep(forTimeInterval: seconds) }
        while child.isRunning {
          if case .grown(let bytes, let size) = self, size() < bytes {
            usleep(500)
            continue
          }
          child.send(SIGKILL)
          return
        }
      }
      watcher.start()
      return await child.ended()
    }
  }
}
