import Foundation

/// One accepted connection, plain or TLS. Belongs to one thread at a time.
final class Wire {
  let descriptor: Int32
  private let tls: TLSSession?

  init(_ descriptor: Int32, tls: TLSSession? = nil) {
    self.descriptor = descriptor
    self.tls = tls
  }

  /// Bytes that were received and not read, which poll cannot see.
  var hasPending: Bool { tls?.hasPending ?? false }

  /// - Returns: nil at the end of the stream or after an error.
  func read() -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: 16 << 10)
    let count = tls?.read(&buffer) ?? recv(descriptor, &buffer, buffer.count, 0)
    return count > 0 ? Array(buffer.prefix(count)) : nil
  }

  func write(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = Array(rest)
      let count = tls?.write(piece) ?? send(descriptor, piece, piece.count, Int32(MSG_NOSIGNAL))
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }
}

enum LoopbackSocket {
  struct Failed: Error { let call: String, code: Int32 }

  static func address(port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
  }

  static func make() -> Int32 { socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0) }

  /// - Parameter port: 0 lets the system choose.
  static func listening(port: UInt16 = 0) throws -> (descriptor: Int32, port: UInt16) {
    let descriptor = make()
    var isOn: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &isOn, socklen_t(MemoryLayout<Int32>.size))
    var address = address(port: port)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isListening = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        bind(descriptor, generic, length) == 0 && listen(descriptor, 128) == 0
          && getsockname(descriptor, generic, &length) == 0
      }
    }
    guard isListening else {
      let code = errno
      close(descriptor)
      throw Failed(call: "listen", code: code)
    }
    return (descriptor, UInt16(bigEndian: address.sin_port))
  }

  static func connected(to port: UInt16) -> Int32? {
    let descriptor = make()
    var address = address(port: port)
    let length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isConnected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, length) == 0 }
    }
    guard isConnected else {
      close(descriptor)
      return nil
    }
    withoutDelay(descriptor)
    return descriptor
  }

  static func withoutDelay(_ descriptor: Int32) {
    var isOn: Int32 = 1
    setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &isOn, socklen_t(MemoryLayout<Int32>.size))
  }
}
