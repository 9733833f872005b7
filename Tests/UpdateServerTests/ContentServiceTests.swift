import Catalog
import ContentStore
import Foundation
import TestSupport
import Testing
import UpdateModel

@testable import UpdateServer

@Suite struct ContentServiceTests {
  private static func stored(_ rig: ServerRig, _ count: Int, name: String = "a.CAB") async throws -> (String, [UInt8]) {
    var generator = SeededGenerator(seed: UInt64(count))
    let bytes = generator.bytes(count)
    let file = try await rig.store.put(bytes, name: name)
    return ("/Content/\(file.digest.folder)/\(file.contentName)", bytes)
  }

  @Test("SSS-266, SSS-272: a stored file is served whole at its path", arguments: [0, 1, 1_000, 1_000_000])
  func whole(_ count: Int) async throws {
    try await ServerRig.run { rig async throws in
      let (path, bytes) = try await Self.stored(rig, count)
      let answer = try await rig.request("GET", path)
      #expect(answer.status == 200)
      #expect(answer.body == bytes)
      #expect(answer["Content-Length"] == "\(count)")
      #expect(answer["Accept-Ranges"] == "bytes")
      #expect(answer["Transfer-Encoding"] == nil)
      #expect(answer["Content-Encoding"] == nil)
      let stored = rig.directory.path("content/" + path.dropFirst("/Content/".count))
      #expect(FileManager.default.fileExists(atPath: stored))
    }
  }

  @Test("SSS-270: HEAD describes the file and sends nothing of it")
  func head() async throws {
    try await ServerRig.run { rig async throws in
      let (path, bytes) = try await Self.stored(rig, 5_000)
      let connection = try await rig.connect()
      for _ in 0..<2 {
        try await connection.send("HEAD \(path) HTTP/1.1\r\nHost: x\r\nRange: bytes=1-2\r\n\r\n")
        let answer = try await connection.answer(isHead: true)
        #expect(answer.status == 200)
        #expect(answer["Content-Length"] == "\(bytes.count)")
        #expect(answer["Accept-Ranges"] == "bytes")
        #expect(answer["ETag"]?.count == 42)
        #expect(answer["Last-Modified"].flatMap(HTTPDate.moment) != nil)
      }
      try await connection.send("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n")
      #expect(try await connection.answer().body == bytes)
    }
  }

  @Test(
    "SSS-268: first, middle, last, suffix and open ranges give those bytes",
    arguments: [
      ("bytes=0-0", 0, 1), ("bytes=100-299", 100, 200), ("bytes=600000-", 600_000, 100_000),
      ("bytes=-500", 699_500, 500), ("bytes=-9999999", 0, 700_000), ("bytes=699999-800000", 699_999, 1),
      ("bytes=0-524287", 0, 524_288), ("bytes=262144-524287", 262_144, 262_144),
    ])
  func ranges(_ range: String, _ first: Int, _ count: Int) async throws {
    try await ServerRig.run { rig async throws in
      let (path, bytes) = try await Self.stored(rig, 700_000)
      let answer = try await rig.request("GET", path, headers: ["Range: \(range)", "Content-Length: 0"])
      #expect(answer.status == 206)
      #expect(answer.body == Array(bytes[first..<first + count]))
      #expect(answer["Content-Range"] == "bytes \(first)-\(first + count - 1)/700000")
      #expect(answer["Content-Length"] == "\(count)")
    }
  }

  @Test("WUSP-364: several ranges come as parts in the order asked for, overlapping ones unmerged")
  func severalRanges() async throws {
    try await ServerRig.run { rig async throws in
      let (path, bytes) = try await Self.stored(rig, 700_000)
      let answer = try await rig.request(
        "GET", path, headers: ["Range: bytes=600000-699999, 10-400009 ,400000-400009,-1,800000-"])
      #expect(answer.status == 206)
      #expect(answer["Content-Length"] == "\(answer.body.count)")
      #expect(answer["Content-Range"] == nil)
      let parts = try MultipartReader.parts(of: answer)
      let expected = [600_000..<700_000, 10..<400_010, 400_000..<400_010, 699_999..<700_000]
      try #require(parts.count == expected.count)
      for (part, range) in zip(parts, expected) {
        #expect(part.head.contains("Content-Range: bytes \(range.lowerBound)-\(range.upperBound - 1)/700000"))
        #expect(part.head.contains("Content-Type: application/vnd.ms-cab-compressed"))
        #expect(part.headBytes < 200)
        #expect(part.body == Array(bytes[range]))
      }
    }
  }

  @Test("folders are 403: they are not listed")
  func folders() async throws {
    try await ServerRig.run { rig async throws in
      #expect(try await rig.request("GET", "/Content/").status == 403)
      #expect(try await rig.request("GET", "/content/1f").status == 403)
      #expect(try await rig.request("GET", "/Content/zz").status == 404)
    }
  }

  @Test(
    "SSS-268: a range past the end is 416 with the size", arguments: ["bytes=1000-", "bytes=1000-2000", "bytes=-0"])
  func unsatisfiable(_ range: String) async throws {
    try await ServerRig.run { rig async throws in
      let (path, _) = try await Self.stored(rig, 1_000)
      let answer = try await rig.request("GET", path, headers: ["Range: \(range)"])
      #expect(answer.status == 416)
      #expect(answer["Content-Range"] == "bytes */1000")
      #expect(answer.body.isEmpty)
    }
  }

  @Test("If-Range and If-None-Match work with the entity tag that was sent")
  func validators() async throws {
    try await ServerRig.run { rig async throws in
      let (path, bytes) = try await Self.stored(rig, 1_000)
      let first = try await rig.request("GET", path)
      let tag = try #require(first["ETag"])
      let date = try #require(first["Last-Modified"])
      #expect(tag.dropFirst().dropLast() == path.split(separator: "/")[2].prefix(40))
      for good in [tag, date] {
        let answer = try await rig.request("GET", path, headers: ["Range: bytes=10-", "If-Range: \(good)"])
        #expect(answer.status == 206)
        #expect(answer.body == Array(bytes[10...]))
      }
      for bad in ["\"other\"", "W/\(tag)", "Sun, 06 Nov 1994 08:49:37 GMT"] {
        let answer = try await rig.request("GET", path, headers: ["Range: bytes=10-", "If-Range: \(bad)"])
        #expect(answer.status == 200)
        #expect(answer.body == bytes)
      }
      let unchanged = try await rig.request("GET", path, headers: ["If-None-Match: \(tag)"])
      #expect(unchanged.status == 304)
      #expect(unchanged["ETag"] == tag)
      #expect(try await rig.request("GET", path, headers: ["If-Match: \"other\""]).status == 412)
    }
  }

  @Test("a connection goes on after 304, 404, 412 and 416")
  func keepAlive() async throws {
    try await ServerRig.run { rig async throws in
      let (path, bytes) = try await Self.stored(rig, 100)
      let connection = try await rig.connect()
      let requests = [
        (path, "If-None-Match: *", 304), ("/Content/00/none.cab", "X: y", 404), (path, "If-Match: \"x\"", 412),
        (path, "Range: bytes=500-", 416), (path, "Range: bytes=0-9", 206),
      ]
      for (target, header, status) in requests {
        try await connection.send("GET \(target) HTTP/1.1\r\nHost: x\r\n\(header)\r\n\r\n")
        let answer = try await connection.answer()
        #expect(answer.status == status)
        #expect(status != 206 || answer.body == Array(bytes[0...9]))
      }
    }
  }

  @Test("hex names match in any letter case and with any extension")
  func spellings() async throws {
    try await ServerRig.run { rig async throws in
      let (path, bytes) = try await Self.stored(rig, 300, name: "b.exe")
      let stem = String(path.dropLast(".exe".count))
      for spelling in [path.lowercased(), path.uppercased(), "/" + path, stem, stem + ".psf", stem + ".exe?x=y"] {
        let answer = try await rig.request("GET", spelling)
        #expect(answer.status == 200, "\(spelling)")
        #expect(answer.body == bytes)
      }
    }
  }

  @Test(
    "content types come from the stored extension",
    arguments: [
      ("a.cab", "application/vnd.ms-cab-compressed"), ("a.exe", "application/octet-stream"),
      ("a.txt", "text/plain; charset=utf-8"), ("a.unknown", "application/octet-stream"),
      ("a.msu", "application/octet-stream"), ("a.psf", "application/octet-stream"), ("a.msi", "application/x-msi"),
      ("a.wim", "application/octet-stream"), ("a.ESD", "application/octet-stream"),
      ("a", "application/octet-stream"),
    ])
  func contentTypes(_ name: String, _ type: String) async throws {
    try await ServerRig.run { rig async throws in
      let (path, _) = try await Self.stored(rig, 10, name: name)
      #expect(try await rig.request("GET", path)["Content-Type"] == type)
    }
  }

  @Test("SSS-273: a file that is on its way or was withdrawn is 404")
  func onlyVerified() async throws {
    try await ServerRig.run { rig async throws in
      let (path, bytes) = try await Self.stored(rig, 400)
      let file = ContentFile(digest: Fixtures.digest(5), fileName: "p.cab", size: 100)
      guard case .session(let session) = try await rig.store.beginIngest(file) else { return }
      try await session.append(Array(bytes.prefix(50)))
      #expect(try await rig.request("GET", "/Content/\(file.digest.folder)/\(file.contentName)").status == 404)
      try await session.park()
      #expect(try await rig.request("GET", "/Content/\(file.digest.folder)/\(file.contentName)").status == 404)
      let digest = try #require(FileDigest(hex: path.split(separator: "/")[2].prefix(40)))
      _ = try await rig.store.withdraw(digest)
      #expect(try await rig.request("GET", path).status == 404)
    }
  }

  @Test("SSS-271: a FileName in its folder finds its file in any letter case, an ambiguous one finds none")
  func aliases() async throws {
    try await ServerRig.run { rig async throws in
      let bytes = Array("the only file of its name".utf8)
      let stored = try await rig.store.put(bytes, name: "setup.exe")
      let file = ContentFile(digest: stored.digest, fileName: "Setup ü 1.exe", size: stored.size)
      try await rig.catalog.publishNow(Fixtures.metadata(1, files: [file]))
      let folder = "/Content/\(file.digest.folder)/"
      let answer = try await rig.request("GET", folder + "SETUP%20%C3%BC%201.exe")
      #expect(answer.status == 200)
      #expect(answer.body == bytes)
      #expect(answer["ETag"] != nil)
      #expect(try await rig.request("GET", folder + "other.exe").status == 404)
      #expect(
        try await rig.request("GET", "/Content/\(file.digest.folder == "00" ? "01" : "00")/Setup%20%C3%BC%201.exe")
          .status == 404)
      var twin = [UInt8](file.digest.bytes)
      twin[0] ^= 1
      let other = ContentFile(
        digest: try #require(FileDigest(bytes: twin)), fileName: file.fileName, size: stored.size)
      try await rig.catalog.publishNow(Fixtures.metadata(2, files: [other]))
      #expect(try await rig.request("GET", folder + "Setup%20%C3%BC%201.exe").status == 404)
    }
  }

  @Test("SSS-267: a catalogue-only server has no content service")
  func catalogueOnly() async throws {
    try await ServerRig.run { rig async throws in
      var settings = try await rig.catalog.settings()
      settings.isCatalogOnly = true
      try await rig.catalog.save(settings)
      let (path, bytes) = try await Self.stored(rig, 100)
      #expect(try await rig.request("GET", path).status == 404)
      settings.isCatalogOnly = false
      try await rig.catalog.save(settings)
      #expect(try await rig.request("GET", path).body == bytes)
    }
  }

  @Test("other methods are 405", arguments: ["POST", "PUT", "DELETE", "OPTIONS"])
  func methods(_ method: String) async throws {
    try await ServerRig.run { rig async throws in
      let (path, _) = try await Self.stored(rig, 100)
      let answer = try await rig.request(method, path, body: [])
      #expect(answer.status == 405)
      #expect(answer["Allow"] == "GET, HEAD")
    }
  }

  @Test(
    "hostile paths are 404 and reach no file",
    arguments: [
      "/Content/../catalog.sqlite", "/Content/00/../../catalog.sqlite", "/Content/00/..%2f..%2fcatalog.sqlite",
      "/Content/%2e%2e/catalog.sqlite", "/Content/00/%2e%2e%5ccatalog.sqlite", "/Content/00/a%00.cab",
      "/Content/..", "/content//..//catalog.sqlite", "/Content/00/" + String(repeating: "A", count: 900),
      "/Content/00/" + String(repeating: "A", count: 8_000),
    ])
  func hostilePaths(_ path: String) async throws {
    try await ServerRig.run { rig async throws in
      #expect(try await rig.request("GET", path).status == 404)
    }
  }

  @Test("a request head larger than any honest one is refused, and the next connection is served")
  func largeHead() async throws {
    try await ServerRig.run { rig async throws in
      let (path, bytes) = try await Self.stored(rig, 100)
      let connection = try await rig.connect()
      try await connection.send("GET /Content/00/" + String(repeating: "A", count: 200_000) + " HTTP/1.1\r\n\r\n")
      let refused = String(decoding: try await connection.rest(), as: UTF8.self)
      #expect(!refused.contains("200 OK"))
      #expect(try await rig.request("GET", path).body == bytes)
    }
  }

  @Test("a file that is being sent stays readable when it is withdrawn")
  func withdrawnWhileSent() async throws {
    try await ServerRig.run { rig async throws in
      let (path, bytes) = try await Self.stored(rig, 8_000_000)
      let connection = try await rig.connect()
      try await connection.send("GET \(path) HTTP/1.1\r\nHost: x\r\n\r\n")
      let digest = try #require(FileDigest(hex: path.split(separator: "/")[2].prefix(40)))
      async let answer = connection.answer()
      _ = try await rig.store.withdraw(digest)
      let received = try await answer
      #expect(received.status == 404 || received.body == bytes)
    }
  }
}
