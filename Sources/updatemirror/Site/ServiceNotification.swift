import Foundation

/// Tells systemd what the service is doing, when it runs under systemd (`Type=notify`).
enum ServiceNotification {
  /// Sends `READY=1` or `STOPPING=1` to the socket that `NOTIFY_SOCKET` names.
  ///
  /// - Returns: false when there is no such socket or it does not take the message.
  @discardableResult
  static func send(_ message: String, socketPath: String? = ProcessInfo.processInfo.environment["NOTIFY_SOCKET"])
    -> Bool
  {
    var address = sockaddr_un()
    let capacity = MemoryLayout.size(ofValue: address.sun_path)
    guard let socketPath, !socketPath.isEmpty, socketPath.utf8.count < capacity else { return false }
    address.sun_family = sa_family_t(AF_UNIX)
    // A leading @ stands for a name in the abstract name space.
    let name = socketPath.hasPrefix("@") ? [0] + Array(socketPath.utf8.dropFirst()) : Array(socketPath.utf8)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    let bytes = Array(message.utf8)
    let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
    let sent = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), $0, length)
      }
    }
    return sent == bytes.count
  }
}
