import Glibc
import Platform
import UpdateModel

/// One line of the journal of an import: true of what is on disk.
enum ImportFact: Hashable, Sendable {
  case whole(ContentName, Int64)
  case part(ContentName, Int64, Range<Int64>)
  /// What was said of the file before counts no more.
  case gone(ContentName)

  var name: ContentName {
    switch self {
    case .whole(let name, _), .part(let name, _, _), .gone(let name): name
    }
  }

  var line: String {
    switch self {
    case .whole(let name, let size): "whole \(name.text) \(size)\n"
    case .part(let name, let size, let part): "part \(name.text) \(size) \(part.lowerBound) \(part.upperBound)\n"
    case .gone(let name): "gone \(name.text)\n"
    }
  }

  /// - Parameter line: without its end. nil for every other form.
  init?(line: Substring) {
    let words = line.split(separator: " ", omittingEmptySubsequences: false)
    guard words.count >= 2, let name = ContentName(String(words[1])) else { return nil }
    let numbers = words.dropFirst(2).compactMap { Int64($0) }.filter { $0 >= 0 }
    guard numbers.count == words.count - 2 else { return nil }
    switch (words[0], numbers.count) {
    case ("whole", 1): self = .whole(name, numbers[0])
    case ("part", 3) where numbers[1] <= numbers[2] && numbers[2] <= numbers[0]:
      self = .part(name, numbers[0], numbers[1]..<numbers[2])
    case ("gone", 0): self = .gone(name)
    default: return nil
    }
  }
}

/// The file `journal` of an import: lines that are only added, each synced before it counts.
final class ImportJournal: Sendable {
  static let name = "journal"
  private static let title = "updatemirror import 1\n"
  private static let pieceSize = 1 << 16
  private static let lineLimit = 256

  private let descriptor: OwnedDescriptor

  private init(_ descriptor: consuming OwnedDescriptor) { self.descriptor = descriptor }

  /// Replaces the journal by these facts, durably, and opens it.
  static func replace(_ facts: [ImportFact], in folder: Folder) throws(SystemError) -> ImportJournal {
    try DurableFile.write(Array((title + facts.map(\.line).joined()).utf8), to: name, in: folder)
    return try open(in: folder)
  }

  static func open(in folder: Folder) throws(SystemError) -> ImportJournal {
    ImportJournal(try folder.openFile(name, flags: O_RDWR))
  }

  private static func openIfThere(in folder: Folder) throws(SystemError) -> ImportJournal? {
    do {
      return try open(in: folder)
    } catch  where error.isNotFound || error.code == ELOOP {
      return nil
    }
  }

  /// Reads a journal of any length in little memory.
  ///
  /// - Returns: false when there is none of this form, or some of it was passed over: a torn or unknown line.
  static func read(in folder: Folder, into ledger: inout ImportLedger) throws(SystemError) -> Bool {
    guard let journal = try openIfThere(in: folder) else { return false }
    var lines = LineSplitter(limit: lineLimit)
    var (isOurs, isFirst, isClean) = (false, true, true)
    var offset: Int64 = 0
    var piece = [UInt8](repeating: 0, count: pieceSize)
    while true {
      let count = try piece.withUnsafeMutableBufferPointer { (buffer) throws(SystemError) in
        try journal.descriptor.read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
      }
      if count == 0 { break }
      offset += Int64(count)
      lines.add(piece[..<count]) { line in
        if isFirst {
          isOurs = line + "\n" == title
          isFirst = false
        } else if isOurs, let fact = ImportFact(line: line[...]) {
          ledger.apply(fact)
        } else {
          isClean = false
        }
      }
    }
    return isOurs && isClean && lines.isAtLineEnd
  }

  /// Adds lines and waits until they are on disk.
  func append(_ facts: [ImportFact]) throws(SystemError) {
    let end = try descriptor.status().size
    let bytes = Array(facts.map(\.line).joined().utf8)
    try bytes.withUnsafeBufferPointer { (all) throws(SystemError) in
      try descriptor.write(UnsafeRawBufferPointer(all), at: end)
    }
    try descriptor.sync()
  }
}

/// Lines out of pieces of a file.
private struct LineSplitter {
  let limit: Int
  private var rest: [UInt8] = []

  init(limit: Int) { self.limit = limit }

  /// Whether nothing follows the last line end.
  var isAtLineEnd: Bool { rest.isEmpty }

  /// Lines longer than the limit come cut, and so as unknown ones.
  mutating func add(_ piece: ArraySlice<UInt8>, _ body: (String) -> Void) {
    var start = piece.startIndex
    while let end = piece[start...].firstIndex(of: 0x0A) {
      rest += piece[start..<end].prefix(limit)
      body(String(decoding: rest.prefix(limit), as: UTF8.self))
      rest.removeAll(keepingCapacity: true)
      start = end + 1
    }
    rest += piece[start...].prefix(max(0, limit - rest.count))
  }
}
