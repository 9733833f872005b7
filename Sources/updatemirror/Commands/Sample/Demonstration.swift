import Catalog
import ContentStore
import Foundation
import Generator
import Mirror
import UpdateModel

/// Three sites: the first is the upstream server of the second, and the third gets everything on a disk.
struct Demonstration: Sendable {
  let folder: String
  let revisions: Int
  let contentSize: Int64
  /// How this program was called, for the commands that are printed.
  let program: String

  private var first: StateDirectory { StateDirectory(path: folder + "/first") }
  var second: StateDirectory { StateDirectory(path: folder + "/second") }
  var third: StateDirectory { StateDirectory(path: folder + "/third") }
  var disk: String { folder + "/disk" }

  func run() async throws -> ProgramStatus {
    say("Everything is in \(folder)\n")
    let upstream = try await makeUpstream()
    let site = try await LoopbackServer(site: upstream).run { port in
      say("3. The first site serves as an upstream server on http://127.0.0.1:\(port)\n")
      let site = try await makeDownstream(port)
      try await synchronize(site)
      try await damageAndRepair(site)
      return site
    }
    let island = try await crossAirGap(from: site)
    try await serveRange(of: island)
    sayGoodbye()
    let missing = try await island.catalog.missingFiles(island.contentPolicy, limit: 1)
    return missing.isEmpty ? .done : .incomplete
  }

  private func makeUpstream() async throws -> Site {
    say("1. Makes a first site: updatemirror init --state \(first.path)\n")
    let site = try await makeSite(first, [.serveHost: "127.0.0.1"])
    say("2. Fills it with a sample catalogue: \(revisions) revisions, \(Quantity.bytes(contentSize)) of files")
    let lock = try first.lock()
    let sample = SampleSite(
      site: site, shape: CatalogueShape(revisions: revisions, seed: 1, contentSize: contentSize), hasContent: true)
    let done = try await sample.fill(ProgressDisplay(style: .standard(isQuiet: !StandardError.isTerminal)))
    withExtendedLifetime(lock) {}
    say(
      "   \(done.revisions) revisions, \(done.files) files, \(Quantity.bytes(done.storedBytes)); random bytes, true digests\n"
    )
    return try await Site.open(first, configuration: site.configuration)
  }

  private func makeDownstream(_ port: Int) async throws -> Site {
    say(
      "4. Makes a second site, a replica of it: updatemirror init --upstream http://127.0.0.1:\(port) --mode replica\n")
    return try await makeSite(second, [.upstreamURL: "http://127.0.0.1:\(port)", .upstreamMode: "replica"])
  }

  private func synchronize(_ site: Site) async throws {
    say("5. updatemirror sync --state \(second.path)")
    let lock = try second.lock()
    let display = ProgressDisplay(style: .standard(isQuiet: !StandardError.isTerminal))
    let report = try await display.follow { try await site.sync(.all) { display.take($0) } }
    say(indented(SyncRunReport(report).table))
    say("   Each file was checked against length, SHA-1 and SHA-256 while it arrived.\n")
    say("6. The same again: nothing is new")
    let again = try await site.sync(.all) { _ in }
    withExtendedLifetime(lock) {}
    say(
      "   \(again.newRevisions) new revisions, \(again.content?.fetchedFiles ?? 0) files, "
        + "\(Int(again.ended.seconds(since: again.began) * 1000)) ms\n")
  }

  private func damageAndRepair(_ site: Site) async throws {
    guard let digest = try await site.store.allDigests().first, let file = try await site.store.stored(digest) else {
      throw Failure(.failed, "demo: the second site holds no file")
    }
    try Damage.flipOneBit(of: file.path)
    say("7. One bit of \(file.name.text) is flipped, as a bad disk would do it")
    let quiet = ProgressDisplay(style: .silent)
    let lock = try second.lock()
    let found = try await ContentCheck(site: site, subset: .all, repairs: false).check(quiet)
    say("   updatemirror content verify            exit status \(found.isSound ? 0 : 3)")
    say(indented(found.bad.map { "bad: \($0.problem)" }.joined(separator: "\n")))
    let repaired = try await ContentCheck(site: site, subset: .all, repairs: true).check(quiet)
    say("   updatemirror content verify --repair   exit status \(repaired.isSound ? 0 : 3)")
    say(
      "   \(Quantity.count(found.bad.filter(\.quarantined).count, "file")) in quarantine, "
        + "\(Quantity.count(repaired.fetchedFiles, "file")) fetched again and verified")
    let sound = try await ContentCheck(site: site, subset: .all, repairs: false).check(quiet)
    withExtendedLifetime(lock) {}
    say("   updatemirror content verify            exit status \(sound.isSound ? 0 : 3)\n")
    guard !found.isSound, sound.isSound else {
      throw Failure(
        .failed, "demo: expected the damage to be found and repaired", hint: "see \(second.path)/quarantine")
    }
  }

  func makeSite(_ state: StateDirectory, _ settings: [Setting: String]) async throws -> Site {
    var settings = settings
    settings[.contentMinFree] = "64 MiB"
    try await SiteFoundation(state: state, settings: settings).lay()
    let document = try TOMLDocument(file: state.configurationFile)
    // The log would interrupt the story; its warnings do not.
    let configuration = try Configuration(document: document, flags: [.logLevel: "warning"])
    let site = try await Site.open(state, configuration: configuration)
    try await site.saveSettings()
    return site
  }

  private func sayGoodbye() {
    say(
      """
      Left in \(folder):
        first/   the upstream server       second/  its replica
        disk/    a signed archive          third/   an air-gapped replica
        look at them: \(program) status --state \(second.path)
                      \(program) updates list --state \(second.path) --approval install
        serve again:  \(program) serve --state \(first.path)

      With a real upstream server (Windows or this program):
        \(program) init --state /var/lib/updatemirror --upstream http://YOUR-WSUS:8530 --mode replica
        \(program) doctor
        \(program) sync --dry-run
      """)
  }

  func say(_ text: String) { print(text) }

  func indented(_ text: String) -> String {
    text.split(separator: "\n").map { "   \($0)" }.joined(separator: "\n")
  }
}

/// What a bad disk does.
enum Damage {
  /// Flips the lowest bit of the byte in the middle of a file.
  static func flipOneBit(of path: String) throws {
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
    let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
    defer { file.closeFile() }
    let middle = try file.seekToEnd() / 2
    try file.seek(toOffset: middle)
    guard let byte = try file.read(upToCount: 1)?.first else {
      throw Failure(.failed, "demo: \(path): expected a file that is not empty")
    }
    try file.seek(toOffset: middle)
    try file.write(contentsOf: [byte ^ 1])
  }
}
