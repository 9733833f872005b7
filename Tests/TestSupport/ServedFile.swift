import Foundation

/// A file of a ``ContentFolder`` and the correct answers about it.
struct ServedFile {
  let path: String
  let size: Int64
  let modified: Date
  var etag: String

  /// - Returns: nil when there is no such file below `root`.
  init?(root: String, prefix: String, path: String) {
    guard path.lowercased().hasPrefix(prefix.lowercased()),
      let name = path.dropFirst(prefix.count).removingPercentEncoding,
      !name.split(separator: "/").contains("..")
    else { return nil }
    self.path = root + "/" + name
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: self.path),
      attributes[.type] as? FileAttributeType == .typeRegular, let size = attributes[.size] as? NSNumber
    else { return nil }
    self.size = size.int64Value
    modified = attributes[.modificationDate] as? Date ?? Date(timeIntervalSince1970: 0)
    etag = "\"\(String(self.size, radix: 16))-\(String(Int64(modified.timeIntervalSince1970 * 1000), radix: 16))\""
  }

  func changed() -> ServedFile {
    var file = self
    file.etag = "\"changed-" + etag.dropFirst()
    return file
  }

  /// - Parameter shift: the fault of a range that starts later than asked.
  func reply(to request: RecordedRequest, shiftedBy shift: Int64 = 0) -> ScriptedReply {
    guard let text = request["Range"], let range = Self.range(text, size: size) else { return wholeReply() }
    if let condition = request["If-Range"], condition != etag, condition != lastModified { return wholeReply() }
    guard case .bytes(let first, let last) = range else { return unsatisfiable }
    let start = min(first + shift, last)
    var reply = ScriptedReply(status: 206, headers: headers, body: .file(path, offset: start, count: last - start + 1))
    reply.headers.append(("Content-Range", "bytes \(start)-\(last)/\(size)"))
    return reply
  }

  func wholeReply() -> ScriptedReply {
    ScriptedReply(headers: headers, body: .file(path, offset: 0, count: size))
  }

  private var unsatisfiable: ScriptedReply {
    ScriptedReply.text("", status: 416).with("Content-Range", "bytes */\(size)")
  }

  private var headers: [(name: String, value: String)] {
    [
      ("Accept-Ranges", "bytes"), ("ETag", etag), ("Last-Modified", lastModified),
      ("Content-Type", "application/octet-stream"),
    ]
  }

  private var lastModified: String {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(secondsFromGMT: 0)
    formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
    return formatter.string(from: modified)
  }

  private enum Range {
    case bytes(first: Int64, last: Int64)
    case unsatisfiable
  }

  /// - Returns: nil for what a server must ignore: other units, several ranges, no numbers.
  private static func range(_ text: String, size: Int64) -> Range? {
    guard text.lowercased().hasPrefix("bytes="), !text.contains(",") else { return nil }
    let ends = text.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count == 2 else { return nil }
    switch (Int64(ends[0]), Int64(ends[1])) {
    case (let first?, let last):
      guard ends[1].isEmpty || (last ?? -1) >= first else { return nil }
      return first < size ? .bytes(first: first, last: min(last ?? .max, size - 1)) : .unsatisfiable
    case (nil, let count?) where ends[0].isEmpty:
      return count > 0 && size > 0 ? .bytes(first: max(0, size - count), last: size - 1) : .unsatisfiable
    default: return nil
    }
  }
}
