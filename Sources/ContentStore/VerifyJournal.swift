import Glibc
import Platform
import UpdateModel

/// Which file was checked when, in `STATE/verify.state`, so that a stopped verification goes on.
///
/// Lines: `updatemirror verify 1`, then `checked <40 HEX> <ticks>`, `pass <n/m> <ticks>` where a pass began and
/// `end` where it ended. Lines are only added; a torn or unknown line is passed over: its file is read again.
struct VerifyJournal {
  static let name = "verify.state"
  private static let title = "updatemirror verify 1"
  /// Bytes; beyond it the journal starts anew. 2 million files fit.
  private static let limit = 128 << 20

  private(set) var checked: [FileDigest: Timestamp] = [:]
  private(set) var openPass: (subset: VerifySubset, began: Timestamp)?

  static func read(in folder: Folder) throws(SystemError) -> VerifyJournal {
    var journal = VerifyJournal()
    let text: String
    do {
      let file = try folder.openFile(name, flags: O_RDONLY)
      let size = Int(min(try file.status().size, Int64(limit)))
      text = String(decoding: try file.contents(limit: size), as: UTF8.self)
    } catch  where error.isNotFound || error.code == EFBIG {
      return journal
    }
    let lines = text.split(separator: "\n")
    guard lines.first.map(String.init) == title else { return journal }
    for line in lines.dropFirst() { journal.read(line) }
    return journal
  }

  private mutating func read(_ line: Substring) {
    let words = line.split(separator: " ")
    if words == ["end"] { openPass = nil }
    guard words.count == 3, let ticks = Int64(words[2]) else { return }
    if words[0] == "checked", let digest = FileDigest(hex: words[1]) {
      checked[digest] = Timestamp(ticks: ticks)
    } else if words[0] == "pass", let subset = VerifySubset(String(words[1])) {
      openPass = (subset, Timestamp(ticks: ticks))
    }
  }

  /// Continues the open pass of `subset`, or begins one now. Writes the journal without files that are gone.
  ///
  /// - Returns: when the pass began.
  mutating func begin(
    _ subset: VerifySubset, present: [FileDigest], at now: Timestamp, in folder: Folder
  ) throws(SystemError) -> Timestamp {
    var began = now
    if let openPass, openPass.subset == subset { began = openPass.began }
    var lines = [Self.title]
    for digest in present {
      if let time = checked[digest] { lines.append("checked \(digest.hex) \(time.ticks)") }
    }
    lines.append("pass \(subset) \(began.ticks)")
    try DurableFile.write(Array((lines.joined(separator: "\n") + "\n").utf8), to: Self.name, in: folder)
    return began
  }

  static func checkedLine(_ digest: FileDigest, _ time: Timestamp) -> String { "checked \(digest.hex) \(time.ticks)\n" }
  static let endLine = "end\n"

  /// Adds a line. Not synced: a lost line costs one more reading.
  static func append(_ line: String, in folder: Folder) throws(SystemError) {
    let file = try folder.openFile(name, flags: O_WRONLY)
    let end = try file.status().size
    let bytes = Array(line.utf8)
    try bytes.withUnsafeBufferPointer { (all) throws(SystemError) in
      try file.write(UnsafeRawBufferPointer(all), at: end)
    }
  }
}
