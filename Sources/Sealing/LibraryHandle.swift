import COpenSSL

/// A structure of OpenSSL, owned by this value and freed with it.
struct LibraryHandle: ~Copyable {
  let pointer: OpaquePointer
  private let release: (OpaquePointer?) -> Void

  /// Takes `pointer` over.
  ///
  /// - Throws: ``SealingError/library(call:text:)`` when it is nil: what `call` answers when it fails.
  init(
    _ call: String, _ pointer: OpaquePointer?, freedBy release: @escaping (OpaquePointer?) -> Void
  ) throws(SealingError) {
    guard let pointer else { throw libraryError(call) }
    self.pointer = pointer
    self.release = release
  }

  deinit { release(pointer) }
}

extension LibraryHandle {
  /// A buffer to write to.
  static func memory() throws(SealingError) -> LibraryHandle {
    try LibraryHandle("BIO_new", BIO_new(BIO_s_mem())) { _ = BIO_free($0) }
  }

  /// Everything written to a buffer.
  borrowing func writtenBytes() -> [UInt8] {
    var start: UnsafeMutablePointer<CChar>?
    let count = openssl_shim_memory_bytes(pointer, &start)
    guard let start, count > 0 else { return [] }
    return copyBytes(UnsafeRawPointer(start), count: count)
  }
}

/// Bytes of the library as an array. The one place that copies them: Swift 6.3.1 with -O has been seen to free other
/// copies too early.
func copyBytes(_ source: UnsafeRawPointer, count: Int) -> [UInt8] {
  [UInt8](unsafeUninitializedCapacity: count) { buffer, written in
    buffer.baseAddress.map { UnsafeMutableRawPointer($0).copyMemory(from: source, byteCount: count) }
    written = count
  }
}

/// Reads one structure in DER: all of `der`, and in the one encoding that DER has for it.
///
/// - Parameters:
///   - decode: a `d2i_` function: moves the pointer behind what it has read.
///   - encode: the `i2d_` function for it.
/// - Returns: nil when there is no such structure, when bytes follow it, or when it would be written otherwise.
func decodeDER(
  _ der: [UInt8], freedBy release: @escaping (OpaquePointer?) -> Void,
  decode: (UnsafeMutablePointer<UnsafePointer<UInt8>?>, Int) -> OpaquePointer?,
  encode: (OpaquePointer, UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?) -> Int32
) -> LibraryHandle? {
  ERR_clear_error()
  defer { ERR_clear_error() }
  var decoded: OpaquePointer?
  let isWhole = der.withUnsafeBufferPointer { bytes in
    var position = bytes.baseAddress
    decoded = decode(&position, bytes.count)
    return decoded != nil && position == bytes.baseAddress.map { $0 + bytes.count }
  }
  guard let decoded, let handle = try? LibraryHandle("d2i", decoded, freedBy: release) else { return nil }
  guard isWhole, encodeDER(handle, encode) == der else { return nil }
  return handle
}

/// A structure as DER; empty when the library cannot write it.
func encodeDER(
  _ handle: borrowing LibraryHandle,
  _ encode: (OpaquePointer, UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?) -> Int32
) -> [UInt8] {
  encodeDER(handle.pointer, encode)
}

func encodeDER(
  _ pointer: OpaquePointer, _ encode: (OpaquePointer, UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?) -> Int32
) -> [UInt8] {
  let count = Int(encode(pointer, nil))
  guard count > 0 else { return [] }
  return [UInt8](unsafeUninitializedCapacity: count) { buffer, written in
    var position = buffer.baseAddress
    written = max(0, min(count, Int(encode(pointer, &position))))
  }
}
