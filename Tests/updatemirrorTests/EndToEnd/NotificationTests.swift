import Foundation
import Glibc
import TestSupport
import Testing

@testable import updatemirror

/// The place of systemd: a datagram socket that a service writes to.
private struct NotificationSocket: ~Copyable {
  private let descriptor: Int32

  struct Refused: Error {}

  init(path: String) throws {
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
    let length = socklen_t(MemoryLayout<sockaddr_un>.size)
    let bound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
    }
    var patience = timeval(tv_sec: 120, tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    guard bound == 0, setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, size) == 0 else { throw Refused() }
  }

  deinit { close(descriptor) }

  /// The next message; nil when none comes.
  func next() -> String? {
    var buffer = [UInt8](repeating: 0, count: 256)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    return count > 0 ? String(decoding: buffer.prefix(count), as: UTF8.self) : nil
  }
}

@Suite(.timeLimit(.minutes(5))) struct NotificationTests {
  @Test("systemd is told READY=1 when everything listens, and STOPPING=1 when a stop begins")
  func notify() async throws {
    let folder = try TemporaryDirectory()
    let state = folder.path("state")
    let made = try await ProgramRun.toEnd("init", "--state", state, "--set", "content.min-free=0")
    try #require(made.status == 0, "\(made.words)")
    let socket = try NotificationSocket(path: folder.path("notify"))
    let server = try ProgramRun(
      ["serve", "--state", state, "--host", "127.0.0.1", "--port", "0"],
      environment: ["NOTIFY_SOCKET": folder.path("notify")])
    #expect(socket.next() == "READY=1")
    let line = try #require(try await server.line(containing: "health and metrics"))
    let admin = try #require(line.split(separator: " ").last)
    let asked = try ChildProcess.run("curl", ["-sf", "--max-time", "60", "\(admin)/healthz"])
    #expect(asked.ending == .exited(0), "what listens answers: \(asked.errors)")
    server.send(SIGTERM)
    #expect(socket.next() == "STOPPING=1")
    #expect(await server.ended().status == 0)
  }

  @Test("a notification that nobody takes is no error, and none is sent without a socket")
  func nobody() {
    #expect(!ServiceNotification.send("READY=1", socketPath: nil))
    #expect(!ServiceNotification.send("READY=1", socketPath: ""))
    #expect(!ServiceNotification.send("READY=1", socketPath: "/nowhere/notify"))
    #expect(!ServiceNotification.send("READY=1", socketPath: String(repeating: "a", count: 200)))
  }
}
