import COpenSSL

/// A passphrase while a key is opened: answers the library's question for it, never asks on a terminal, and is wiped
/// with this object. (The `String` it came from is Swift's, and cannot be wiped.)
final class Passphrase {
  /// The library reads no more.
  static let maximumSize = 1_023

  private let bytes: UnsafeMutableBufferPointer<CChar>
  private let isGiven: Bool
  /// The library wanted it: the key is encrypted.
  private(set) var wasAsked = false

  /// - Throws: ``SealingError/outOfRange(what:expected:found:)`` for more than 1,023 bytes or a NUL.
  init(_ text: String?) throws(SealingError) {
    var text = text
    let count = text?.utf8.count ?? 0
    if let text, count > Self.maximumSize || text.utf8.contains(0) {
      throw .outOfRange(
        what: "passphrase", expected: "at most \(Self.maximumSize) bytes without NUL", found: "another one")
    }
    isGiven = text != nil
    bytes = .allocate(capacity: count + 1)
    bytes.initialize(repeating: 0)
    text?.withUTF8 { UnsafeMutableRawBufferPointer(bytes).copyMemory(from: UnsafeRawBufferPointer($0)) }
  }

  /// The error for a key that did not open.
  var failure: SealingError { isGiven ? .wrongPassphrase : .passphraseMissing }

  /// With a NUL at the end; valid as long as this object.
  var text: UnsafePointer<CChar>? { UnsafePointer(bytes.baseAddress) }

  /// A `pem_password_cb`; its last argument is ``context``.
  static let answer: @convention(c) (UnsafeMutablePointer<CChar>?, Int32, Int32, UnsafeMutableRawPointer?) -> Int32 = {
    buffer, size, _, context in
    guard let buffer, let context else { return -1 }
    return Unmanaged<Passphrase>.fromOpaque(context).takeUnretainedValue().answer(into: buffer, size: Int(size))
  }

  /// Stays valid as long as this object.
  var context: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

  private func answer(into buffer: UnsafeMutablePointer<CChar>, size: Int) -> Int32 {
    wasAsked = true
    let count = bytes.count - 1
    guard isGiven, count <= size, let base = bytes.baseAddress else { return -1 }
    buffer.update(from: base, count: count)
    return Int32(count)
  }

  deinit {
    OPENSSL_cleanse(bytes.baseAddress, bytes.count)
    bytes.deallocate()
  }
}
