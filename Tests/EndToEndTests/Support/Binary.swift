import Foundation

/// The program under test: built beside the tests.
enum Binary {
  struct NotFound: Error, CustomStringConvertible {
    let searched: [String]
    var description: String { "updatemirror: expected the built program in one of \(searched), found none" }
  }

  static let path: Result<String, NotFound> = {
    let starts = [CommandLine.arguments[0], "/proc/self/exe", Bundle.main.executablePath ?? ""]
    var folders: [String] = []
    for start in starts where !start.isEmpty {
      let folder = URL(fileURLWithPath: start).resolvingSymlinksInPath().deletingLastPathComponent().path
      if !folders.contains(folder) { folders.append(folder) }
    }
    let found = folders.map { $0 + "/updatemirror" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    return found.map { .success($0) } ?? .failure(NotFound(searched: folders))
  }()
}
