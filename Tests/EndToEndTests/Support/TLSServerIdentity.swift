import Foundation

/// A server certificate for ``Relay``, over the TLS library that the program itself uses.
final class TLSServerIdentity: @unchecked Sendable {
  // Set once in init; OpenSSL counts references to the context itself.
  fileprivate let context: OpaquePointer

  struct Failed: Error { let call: String }

  init(certificate: String, key: String) throws {
    guard let method = TLSLibrary.serverMethod(), let context = TLSLibrary.newContext(method) else {
      throw Failed(call: "SSL_CTX_new")
    }
    self.context = context
    let pem: Int32 = 1
    guard TLSLibrary.useCertificate(context, certificate, pem) == 1, TLSLibrary.useKey(context, key, pem) == 1 else {
      throw Failed(call: "SSL_CTX_use_certificate_file")
    }
  }

  /// Shakes hands on an accepted connection; nil when the client does not trust or does not speak TLS.
  func session(on descriptor: Int32) -> TLSSession? {
    guard let session = TLSLibrary.newSession(context) else { return nil }
    guard TLSLibrary.setDescriptor(session, descriptor) == 1, TLSLibrary.accept(session) == 1 else {
      TLSLibrary.freeSession(session)
      return nil
    }
    return TLSSession(session)
  }

  deinit { TLSLibrary.freeContext(context) }
}

final class TLSSession {
  private let session: OpaquePointer

  fileprivate init(_ session: OpaquePointer) { self.session = session }

  var hasPending: Bool { TLSLibrary.pending(session) > 0 }
  func read(_ buffer: inout [UInt8]) -> Int { Int(TLSLibrary.read(session, &buffer, Int32(buffer.count))) }
  func write(_ bytes: [UInt8]) -> Int { Int(TLSLibrary.write(session, bytes, Int32(bytes.count))) }

  deinit { TLSLibrary.freeSession(session) }
}

/// The few functions of libssl that a server needs, found at run time: no module of the product exports them.
private enum TLSLibrary {
  typealias Pointer = OpaquePointer

  static let serverMethod = function("TLS_server_method", as: (@convention(c) () -> Pointer?).self)
  static let newContext = function("SSL_CTX_new", as: (@convention(c) (Pointer) -> Pointer?).self)
  static let freeContext = function("SSL_CTX_free", as: (@convention(c) (Pointer) -> Void).self)
  static let useCertificate = function(
    "SSL_CTX_use_certificate_file", as: (@convention(c) (Pointer, UnsafePointer<CChar>, Int32) -> Int32).self)
  static let useKey = function(
    "SSL_CTX_use_PrivateKey_file", as: (@convention(c) (Pointer, UnsafePointer<CChar>, Int32) -> Int32).self)
  static let newSession = function("SSL_new", as: (@convention(c) (Pointer) -> Pointer?).self)
  static let freeSession = function("SSL_free", as: (@convention(c) (Pointer) -> Void).self)
  static let setDescriptor = function("SSL_set_fd", as: (@convention(c) (Pointer, Int32) -> Int32).self)
  static let accept = function("SSL_accept", as: (@convention(c) (Pointer) -> Int32).self)
  static let pending = function("SSL_pending", as: (@convention(c) (Pointer) -> Int32).self)
  static let read = function("SSL_read", as: (@convention(c) (Pointer, UnsafeMutableRawPointer, Int32) -> Int32).self)
  static let write = function("SSL_write", as: (@convention(c) (Pointer, UnsafeRawPointer, Int32) -> Int32).self)

  private static func function<F>(_ name: String, as type: F.Type) -> F {
    guard let library = dlopen("libssl.so.3", RTLD_NOW), let symbol = dlsym(library, name) else {
      fatalError("libssl.so.3: \(name) not found")
    }
    return unsafeBitCast(symbol, to: type)
  }
}
