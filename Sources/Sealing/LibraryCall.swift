import COpenSSL

/// The oldest error that OpenSSL has queued on this thread, as its own text.
func libraryError(_ call: String) -> SealingError { .library(call: call, text: libraryReason()) }

/// The text of the oldest error that OpenSSL has queued on this thread. The queue is empty afterwards.
func libraryReason() -> String {
  let code = ERR_get_error()
  ERR_clear_error()
  guard code != 0 else { return "no reason given" }
  return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer -> String in
    guard let base = buffer.baseAddress else { return "" }
    ERR_error_string_n(code, base, buffer.count)
    return String(cString: base)
  }
}

/// Turns OpenSSL's "1 is success" into an error at the call.
func check(_ call: String, _ answer: Int32) throws(SealingError) {
  if answer != 1 { throw libraryError(call) }
}

/// Bytes nobody can guess.
public enum SecureRandom {
  /// - Parameter count: 0 or more.
  /// - Throws: ``SealingError/library(call:text:)`` when the system has no randomness.
  public static func bytes(_ count: Int) throws(SealingError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    try check("RAND_bytes", RAND_bytes(&bytes, Int32(count)))
    return bytes
  }
}
