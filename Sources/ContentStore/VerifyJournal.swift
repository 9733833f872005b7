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
  /// Files checked since the last `pass` line. The order of lines says it: a clock may step back.
  private(set) var checkedInPass: Set<FileDigest> = []
  private var openPass: (subset: VerifySubset, began: Timestamp)?

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
      checkedInPass.insert(digest)
    } else if words[0] == "pass", let subset = VerifySubset(String(words[1])) {
      openPass = (subset, Timestamp(ticks: ticks))
      checkedInPass = []
    }
  }

  /// Continues the open pass of `subset`, or begins one now. Writes the journal without files that are gone.
  mutating func begin(
    _ subset: VerifySubset, present: [FileDigest], at now: Timestamp, in folder: Folder
  ) throws(SystemError) {
    var began = now
    if let openPass, openPass.subset == subset { began = openPass.began } else { checkedInPass = [] }
    var before = ""
    var since = ""
    for digest in present {
      guard let time = checked[digest] else { continue }
      let line = Self.checkedLine(digest, time)
      if checkedInPass.contains(digest) { since += line } else { before += line }
    }
    let text = "\(Self.title)\n\(before)pass \(subset) \(began.ticks)\n\(since)"
    try DurableFile.write(Array(text.utf8), to: Self.name, in: folder)
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
