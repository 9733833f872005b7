import CArchive

/// Compresses a message that comes in pieces to one gzip member (RFC 1952).
///
/// The same pieces give the same bytes: neither time nor name is written. It holds about 300 KiB
/// until ``finish()``. Not thread-safe: one owner feeds it.
public final class GzipStream {
  private let archive: OpaquePointer
  private let output: Output

  /// What libarchive has handed over and nobody has taken yet.
  private final class Output {
    var bytes: [UInt8] = []
  }

  /// - Parameter level: 1 (fast) to 9 (small).
  public init(level: Int = 1) throws(PackingError) {
    guard let archive = archive_write_new() else {
      throw .cannotCompress(operation: "start", reason: "out of memory")
    }
    self.archive = archive
    output = Output()
    try check(archive_write_add_filter_gzip(archive), "select gzip")
    try check(archive_write_set_format_raw(archive), "select the format")
    try check(archive_write_set_filter_option(archive, "gzip", "compression-level", "\(level)"), "set the level")
    try check(archive_write_set_filter_option(archive, "gzip", "timestamp", nil), "leave out the time")
    // No padding to blocks of a tape.
    try check(archive_write_set_bytes_per_block(archive, 0), "set the block length")
    let sink = Unmanaged.passUnretained(output).toOpaque()
    try check(archive_write_open(archive, sink, nil, Self.take, nil), "open")
    try writeHeader()
  }

  deinit { archive_write_free(archive) }

  /// - Returns: compressed bytes that are ready, often none.
  public func push(_ bytes: [UInt8]) throws(PackingError) -> [UInt8] {
    let written = bytes.withUnsafeBytes { archive_write_data(archive, $0.baseAddress, $0.count) }
    guard written == bytes.count else { throw error("compress") }
    return taken()
  }

  /// Ends the member. Call it once.
  public func finish() throws(PackingError) -> [UInt8] {
    try check(archive_write_close(archive), "finish")
    return taken()
  }

  /// Compresses a whole message.
  public static func compress(_ bytes: [UInt8], level: Int = 1) throws(PackingError) -> [UInt8] {
    let stream = try GzipStream(level: level)
    var compressed = try stream.push(bytes)
    compressed += try stream.finish()
    return compressed
  }

  /// The format `raw` writes the bytes of its one entry and nothing else.
  private func writeHeader() throws(PackingError) {
    guard let entry = archive_entry_new() else {
      throw .cannotCompress(operation: "start an entry", reason: "out of memory")
    }
    defer { archive_entry_free(entry) }
    archive_entry_set_filetype(entry, UInt32(0o100000))
    try check(archive_write_header(archive, entry), "write the header")
  }

  private func taken() -> [UInt8] {
    defer { output.bytes = [] }
    return output.bytes
  }

  private static let take: @convention(c) (OpaquePointer?, UnsafeMutableRawPointer?, UnsafeRawPointer?, Int) -> Int = {
    _, sink, bytes, count in
    guard let sink, let bytes else { return -1 }
    let output = Unmanaged<Output>.fromOpaque(sink).takeUnretainedValue()
    output.bytes.append(contentsOf: UnsafeRawBufferPointer(start: bytes, count: count))
    return count
  }

  private func check(_ code: Int32, _ operation: String) throws(PackingError) {
    guard code == ARCHIVE_OK else { throw error(operation) }
  }

  private func error(_ operation: String) -> PackingError {
    let text = archive_error_string(archive).map { String(cString: $0) }
    return .cannotCompress(operation: operation, reason: text ?? "no reason given")
  }
}
