import ContentStore
import Export
import Foundation
import Platform
import Sealing
import Transfer
import UpdateModel

extension Demonstration {
  /// Carries everything that `source` holds to a site without a network.
  ///
  /// - Returns: the new site, after the import.
  func crossAirGap(from source: Site) async throws -> Site {
    say("8. Makes a third site, a replica without a network: updatemirror init --mode replica --state \(third.path)")
    let island = try await makeSite(third, [.serveHost: "127.0.0.1", .upstreamMode: "replica"])
    let key = try await makeKey(source)
    var trust = TrustStore()
    try trust.trust(key.certificate, as: "second", for: [.archives], at: SystemClock.now(), by: Operator.name)
    try await island.save(trust)
    say("   It trusts the signing key of the second site, by its certificate (updatemirror keys create, keys trust)\n")
    try await writeArchive(source, key)
    try await readArchive(island)
    return island
  }

  private func makeKey(_ site: Site) async throws -> SigningKey {
    let (name, now) = ("archives", SystemClock.now())
    let folder = KeyFolder(state: site.state.path)
    return try await BlockingPool.shared.run {
      _ = try folder.create(
        name, commonName: KeysCreate.standardName(site.accountName, name), validFrom: now.adding(seconds: -86_400),
        validUntil: now.adding(seconds: 3_650 * 86_400))
      return try folder.key(name, passphrase: nil)
    }
  }

  private func writeArchive(_ site: Site, _ key: SigningKey) async throws {
    say("9. updatemirror export create \(disk) --state \(second.path)")
    let lock = try second.lock()
    let export = try await site.archiveExport()
    let display = ProgressDisplay(style: .standard(isQuiet: !StandardError.isTerminal))
    let result = try await display.follow {
      try await export.create(ExportOptions(), into: disk, keys: [key], restarts: false) { display.take($0) }
    }
    withExtendedLifetime(lock) {}
    say(indented(ArchiveReport(result, signers: [key.certificate.description], isComplete: true).table))
    say("   openssl, sha256sum and tar alone can check it: \(disk)/README.txt tells how\n")
  }

  private func readArchive(_ site: Site) async throws {
    say("10. updatemirror import apply \(disk) --state \(third.path)")
    let lock = try third.lock()
    var options = ImportOptions()
    options.policy = try site.importPolicy()
    let intake = try await site.archiveImport()
    let display = ProgressDisplay(style: .standard(isQuiet: !StandardError.isTerminal))
    let result = try await display.follow { [options] in
      try await intake.apply([disk], options) { display.take($0) }
    }
    withExtendedLifetime(lock) {}
    say(indented(ImportReport(result).table))
    say("   First the signature, then every byte against what was signed; then all became visible in one step.\n")
  }

  /// Asks the third site for a piece of a file, as a client that continues a download.
  func serveRange(of site: Site) async throws {
    guard let digest = try await site.store.allDigests().last, let file = try await site.store.stored(digest) else {
      throw Failure(.failed, "demo: the third site holds no file")
    }
    let expected = try Self.bytes(of: file.path, Self.piece)
    try await LoopbackServer(site: site).run { port in
      let url = "http://127.0.0.1:\(port)/Content/\(digest.folder)/\(file.name.text)"
      say("11. The third site serves its clients")
      say("   curl --range \(Self.piece.lowerBound)-\(Self.piece.upperBound) \(url)")
      let client = HTTPClient()
      var request = HTTPRequest(url: url)
      request.setRange(first: Self.piece.lowerBound, last: Self.piece.upperBound)
      let reply = try await client.execute(request)
      let bytes = try await reply.body.collect(limit: 1 << 20)
      await client.shutdown()
      guard reply.status == 206, bytes == expected else {
        throw Failure(.failed, "demo: \(url): expected 206 and the file's bytes, found \(reply.status)")
      }
      say("   status 206, \(Quantity.count(bytes.count, "byte")), those of the file\n")
    }
  }

  /// First and last byte; the smallest sample file is longer.
  private static let piece: ClosedRange<Int64> = 16...79

  private static func bytes(of path: String, _ range: ClosedRange<Int64>) throws -> [UInt8] {
    let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    defer { file.closeFile() }
    try file.seek(toOffset: UInt64(range.lowerBound))
    return [UInt8](try file.read(upToCount: Int(range.upperBound - range.lowerBound) + 1) ?? Data())
  }
}
