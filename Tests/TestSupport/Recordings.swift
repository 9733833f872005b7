import Foundation

/// The recorded exchanges of real products. They are not part of this repository.
public enum Recordings {
  /// Where ``locate()`` looks, in this order.
  public static var candidates: [String] {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let configured = ProcessInfo.processInfo.environment["UPDATEMIRROR_RECORDINGS"].map { [$0] } ?? []
    return configured + [root.appendingPathComponent("../shared/recordings").standardizedFileURL.path]
  }

  /// The folder of the recordings; nil, with a plain word on standard error, when there is none.
  public static func locate() -> String? {
    let places = candidates
    if let found = places.first(where: { isFolder($0) }) { return found }
    let words =
      "recordings not found; looked in: \(places.joined(separator: ", ")). hint: set UPDATEMIRROR_RECORDINGS\n"
    FileHandle.standardError.write(Data(words.utf8))
    return nil
  }

  private static func isFolder(_ path: String) -> Bool {
    var isDirectory: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) && isDirectory.boolValue
  }
}
