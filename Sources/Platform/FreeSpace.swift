/// Room on a file system.
public enum FreeSpace {
  /// Bytes that an ordinary user may still write on the file system of the folder `path`.
  public static func available(at path: String) throws(SystemError) -> Int64 {
    try Folder(path: path).freeBytes()
  }
}
