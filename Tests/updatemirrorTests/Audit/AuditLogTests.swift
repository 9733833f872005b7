import Foundation
import TestSupport
import Testing
import UpdateModel

@testable import updatemirror

@Suite("Audit log")
struct AuditLogTests {
  let folder = try! TemporaryDirectory()
  private var log: AuditLog { AuditLog(StateDirectory(path: folder.path)) }

  private func entry(_ subject: String) -> AuditEntry {
    AuditEntry(
      time: Timestamp(year: 2026, month: 3, day: 1), who: "anna (uid 0)", action: "downstream approve",
      subject: subject,
      before: nil, after: ["state": "approved"])
  }

  private func lines() throws -> [String] {
    try String(contentsOfFile: log.path, encoding: .utf8).split(separator: "\n").map(String.init)
  }

  @Test("an entry is one line of JSON with sorted keys, behind those that were there")
  func lineByLine() throws {
    try log.append([entry("one")])
    try log.append([entry("two\n\"quoted\"")])
    let lines = try lines()
    #expect(lines.count == 2)
    #expect(
      lines[0]
        == #"{"action":"downstream approve","after":{"state":"approved"},"subject":"one","time":"2026-03-01T00:00:00Z","who":"anna (uid 0)"}"#
    )
    let second = try JSONSerialization.jsonObject(with: Foundation.Data(lines[1].utf8)) as? [String: Any]
    #expect(second?["subject"] as? String == "two\n\"quoted\"")
  }

  @Test("a line that a power loss cut does not swallow the next one")
  func cutLine() throws {
    try Foundation.Data(#"{"action":"downs"#.utf8).write(to: URL(fileURLWithPath: log.path))
    try log.append([entry("next")])
    let lines = try lines()
    #expect(lines.count == 2)
    #expect(lines[1].contains(#""subject":"next""#))
  }

  @Test("the log is not for everybody")
  func permissions() throws {
    try log.append([entry("one")])
    let mode = try FileManager.default.attributesOfItem(atPath: log.path)[.posixPermissions] as? Int ?? 0
    #expect(mode & 0o007 == 0)
  }
}
