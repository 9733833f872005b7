/// The `Content-Type` of a file of the update content directory.
enum ContentType {
  /// What Windows servers send for every file, and the answer for every unknown extension.
  static let fallback = "application/octet-stream"

  private static let types = [
    "cab": "application/vnd.ms-cab-compressed",
    "txt": "text/plain; charset=utf-8",
    "msi": "application/x-msi",
    "exe": "application/octet-stream",
    "psf": "application/octet-stream",
    "msu": "application/octet-stream",
    "wim": "application/octet-stream",
    "esd": "application/octet-stream",
  ]

  /// - Parameter name: the name under which the file is stored.
  static func of(name: String) -> String {
    guard let dot = name.lastIndex(of: ".") else { return fallback }
    return types[name[name.index(after: dot)...].lowercased()] ?? fallback
  }
}
