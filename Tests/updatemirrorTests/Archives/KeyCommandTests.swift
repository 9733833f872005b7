import Foundation
import TestSupport
import Testing

@testable import updatemirror

@Suite("Key commands", .timeLimit(.minutes(5)))
struct KeyCommandTests {
  let folder = try! TemporaryDirectory()

  @Test(
    "a key is made, listed, handed out, trusted by another site and revoked; each change has a line in the audit log")
  func lifeOfAKey() async throws {
    let first = try await ArchiveSite(folder.path("hq"))
    let second = try await ArchiveSite(folder.path("branch"))
    let made = try await first.json(.done, "keys", "create", "archives", "--common-name", "Headquarters")
    let key = try #require(made["key"] as? [String: Any])
    #expect(key["subject"] as? String == "CN=Headquarters")
    let fingerprint = try #require(key["fingerprint"] as? String)
    let file = folder.path("state/keys")
    #expect(!FileManager.default.fileExists(atPath: file))
    let mode = try FileManager.default.attributesOfItem(atPath: first.state + "/keys/signing/archives.key")
    #expect(mode[.posixPermissions] as? Int == 0o600)

    let certificate = try await first.expect(.done, "keys", "certificate", "archives").output
    try folder.write(Array(certificate.utf8), to: "hq.pem")
    let preview = try await second.json(.done, "keys", "trust", folder.path("hq.pem"))
    #expect(preview["preview"] as? Bool == true)
    #expect((preview["certificate"] as? [String: Any])?["fingerprint"] as? String == fingerprint)
    #expect((try await second.json(.done, "keys", "list")["trusted"] as? [Any])?.isEmpty == true)
    try await second.expect(.done, "keys", "trust", folder.path("hq.pem"), "--for", "both", "--yes")
    let listed = try await second.json(.done, "keys", "list")
    let trusted = try #require((listed["trusted"] as? [[String: Any]])?.first)
    #expect(trusted["purposes"] as? [String] == ["archives", "receipts"])
    #expect(trusted["name"] as? String == "hq")

    try await second.expect(.done, "keys", "revoke", String(fingerprint.prefix(12)))
    #expect((try await second.json(.done, "keys", "list")["revoked"] as? [Any])?.isEmpty == true)
    try await second.expect(.done, "keys", "revoke", String(fingerprint.prefix(12)), "--yes")
    #expect((try await second.json(.done, "keys", "list")["revoked"] as? [Any])?.count == 1)
    let again = try await second.expect(.failed, "keys", "trust", folder.path("hq.pem"), "--yes")
    #expect(again.errors.contains("never revoked"))

    #expect(try first.auditActions() == ["keys create"])
    #expect(try second.auditActions() == ["keys trust", "keys revoke"])
    let revocation = try #require(try second.audit().last)
    #expect((revocation["before"] as? [String: String])?["name"] == "hq")
    #expect((revocation["after"] as? [String: String])?["state"] == "revoked")
  }

  @Test("an encrypted key opens with its passphrase only, which no output shows")
  func passphrase() async throws {
    let site = try await ArchiveSite(folder.path("hq"))
    try folder.write(Array("correct horse\nnot this\n".utf8), to: "good")
    try folder.write(Array("wrong horse\n".utf8), to: "bad")
    try folder.write(Array("\n".utf8), to: "empty")
    let made = try await site.expect(.done, "keys", "create", "a", "--passphrase-file", folder.path("good"))
    let pem = try String(contentsOfFile: site.state + "/keys/signing/a.key", encoding: .utf8)
    #expect(pem.contains("ENCRYPTED PRIVATE KEY"))
    let without = try await site.expect(.failed, "receipt", "create", folder.path("r"))
    #expect(without.errors.contains("hint: --passphrase-file"))
    let wrong = try await site.expect(
      .failed, "receipt", "create", folder.path("r"), "--passphrase-file", folder.path("bad"))
    try await site.expect(.usage, "receipt", "create", folder.path("r"), "--passphrase-file", folder.path("empty"))
    #expect(!FileManager.default.fileExists(atPath: folder.path("r")))
    let right = try await site.expect(
      .done, "receipt", "create", folder.path("r"), "--passphrase-file", folder.path("good"))
    let log = try String(contentsOfFile: site.state + "/audit.log", encoding: .utf8)
    for text in [made.words, without.words, wrong.words, right.words, log] { #expect(!text.contains("horse")) }
  }

  @Test("a key of the organisation is taken over as it is")
  func adopted() async throws {
    let site = try await ArchiveSite(folder.path("hq"))
    let (key, certificate) = (folder.path("key.pem"), folder.path("cert.pem"))
    let made = try ChildProcess.run(
      "openssl",
      [
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384", "-nodes", "-keyout", key, "-out",
        certificate, "-days", "30", "-subj", "/CN=Officer", "-addext", "keyUsage=critical,digitalSignature",
      ])
    #expect(made.ending == .exited(0), "\(made.errors)")
    let both = try String(contentsOfFile: key, encoding: .utf8) + String(contentsOfFile: certificate, encoding: .utf8)
    try folder.write(Array(both.utf8), to: "both.pem")
    let taken = try await site.json(.done, "keys", "create", "officer", "--from", folder.path("both.pem"))
    #expect((taken["key"] as? [String: Any])?["subject"] as? String == "CN=Officer")
    try await site.expect(.done, "receipt", "create", folder.path("r"))
    // Two certificates at once are nobody's decision.
    try folder.write(Array((both + both).utf8), to: "two.pem")
    #expect(try await site.run(["keys", "trust", folder.path("two.pem"), "--yes"]).status != 0)
  }

  @Test("mistakes are told")
  func mistakes() async throws {
    let site = try await ArchiveSite(folder.path("hq"))
    try await site.expect(.failed, "keys", "create", "../x")
    try await site.expect(.done, "keys", "create", "a")
    try await site.expect(.failed, "keys", "create", "a")
    try await site.expect(.done, "keys", "create", "b")
    let several = try await site.expect(.usage, "receipt", "create", folder.path("r"))
    #expect(several.errors.contains("a, b"))
    try await site.expect(.usage, "receipt", "create", folder.path("r"), "--key", "a", "--key", "a")
    try await site.expect(.failed, "receipt", "create", folder.path("r"), "--key", "c")
    try await site.expect(.usage, "keys", "revoke", "nobody", "--yes")
    try await site.expect(.done, "keys", "revoke", "b", "--yes")
    let revoked = try await site.expect(.failed, "receipt", "create", folder.path("r"), "--key", "b")
    #expect(revoked.errors.contains("revoked"))
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o644], ofItemAtPath: site.state + "/keys/signing/a.key")
    let exposed = try await site.expect(.failed, "receipt", "create", folder.path("r"), "--key", "a")
    #expect(exposed.errors.contains("hint: chmod 600"))
  }
}
