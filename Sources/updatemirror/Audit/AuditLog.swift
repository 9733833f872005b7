import Foundation
import Platform
import UpdateModel

/// One administrative change: who, when, what, before, after.
struct AuditEntry: Encodable, Equatable, Sendable {
  /// UTC.
  let time: String
  /// The account of the operator on this machine, and its number.
  let who: String
  /// The command that did it, without options: `downstream approve`.
  let action: String
  /// What was changed.
  let subject: String
  /// Properties before; absent when there was nothing.
  let before: [String: String]?
  /// Properties after; absent when nothing is left.
  let after: [String: String]?

  init(
    time: Timestamp, who: String, action: String, subject: String, before: [String: String]?, after: [String: String]?
  ) {
    self.time = time.description
    self.who = who
    self.action = action
    self.subject = subject
    self.before = before
    self.after = after
  }
}

/// `STATE/audit.log`: one JSON object a line, appended and on disk before the command ends. Lines are never changed.
struct AuditLog: Sendable {
  let path: String

  init(_ state: StateDirectory) { path = state.path + "/audit.log" }

  /// Appends entries in one write, so that those of one command stand together.
  ///
  /// - Throws: ``SystemError``; the changes themselves were made before.
  func append(_ entries: [AuditEntry]) throws {
    guard !entries.isEmpty else { return }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var lines: [UInt8] = []
    for entry in entries { lines += Array(try encoder.encode(entry)) + [0x0A] }
    let isNew = !FileManager.default.fileExists(atPath: path)
    let file = try OwnedDescriptor(opening: path, flags: O_RDWR | O_CREAT | O_APPEND, permissions: 0o640)
    if try !Self.endsWithLine(file) { lines.insert(0x0A, at: 0) }
    // The position is ignored: the descriptor appends, also when another command appends at this moment.
    try lines.withUnsafeBytes { try file.write($0, at: 0) }
    try file.sync()
    if isNew { try DurableFile.syncDirectory((path as NSString).deletingLastPathComponent) }
  }

  /// False when a power loss cut the last line.
  private static func endsWithLine(_ file: borrowing OwnedDescriptor) throws -> Bool {
    let size = try file.status().size
    guard size > 0 else { return true }
    var last: UInt8 = 0
    _ = try withUnsafeMutableBytes(of: &last) { try file.read(into: $0, at: size - 1) }
    return last == 0x0A
  }
}

/// Who runs this program.
enum Operator {
  /// The account behind `sudo`, if any, and the number of the one that runs: `anna (uid 0)`.
  static var name: String { "\(account) (uid \(getuid()))" }

  /// The name alone, as approvals carry it.
  static var account: String {
    let behind = ProcessInfo.processInfo.environment["SUDO_USER"].flatMap { $0.isEmpty ? nil : $0 }
    return behind ?? NSUserName()
  }
}
