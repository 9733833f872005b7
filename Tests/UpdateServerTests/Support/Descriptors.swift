import Foundation

/// The open files of this process.
enum Descriptors {
  static func count(below folder: String) -> Int {
    let numbers = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
    let real = URL(fileURLWithPath: folder).resolvingSymlinksInPath().path
    let targets = numbers.compactMap {
      try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")
    }
    return targets.filter { $0.hasPrefix(real + "/") }.count
  }
}
