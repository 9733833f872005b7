import Testing
import UpdateModel

@testable import Sealing

@Suite struct SealingKeyRingTests {
  private let ring: SealingKeyRing
  private let plain = Array("cookie of one DSS".utf8)

  init() throws { ring = try SealingKeyRing.generate() }

  /// McGrew and Viega, "The Galois/Counter Mode of Operation", test case 16.
  @Test("AES-256-GCM gives the published ciphertext and tag, and takes it back")
  func knownVector() throws {
    let bytes = { (hex: String) in Hex.bytes(hex) ?? [] }
    let key = bytes("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308")
    let nonce = bytes("cafebabefacedbaddecaf888")
    let associated = bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    let text = bytes(
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
    )
    let sealed = bytes(
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
        + "76fc6ece0f4e1768cddf8853bb2d551b")
    #expect(try AESGCM.encrypt(text, key: key, nonce: nonce, associated: associated) == sealed)
    #expect(try AESGCM.decrypt(sealed[...], key: key, nonce: nonce, associated: associated) == text)
  }

  @Test("what was sealed opens for the same purpose, at any length", arguments: [0, 1, 15, 16, 17, 4_096])
  func roundTrip(count: Int) throws {
    let bytes = [UInt8](repeating: 0xA5, count: count)
    let sealed = try ring.seal(bytes, purpose: "cookie")
    #expect(sealed.count == count + SealingKeyRing.overhead)
    #expect(try ring.open(sealed, purpose: "cookie") == bytes)
  }

  @Test("two seals of the same bytes differ")
  func fresh() throws {
    #expect(try ring.seal(plain, purpose: "p") != ring.seal(plain, purpose: "p"))
  }

  @Test("every flipped bit is refused")
  func flipped() throws {
    let sealed = try ring.seal(plain, purpose: "cookie")
    for index in sealed.indices {
      for bit in 0..<8 {
        var changed = sealed
        changed[index] ^= 1 << bit
        #expect(throws: SealingError.self) { try ring.open(changed, purpose: "cookie") }
      }
    }
  }

  @Test("every truncation and an added byte are refused")
  func truncated() throws {
    let sealed = try ring.seal(plain, purpose: "cookie")
    for count in 0..<sealed.count {
      #expect(throws: SealingError.self) { try ring.open(Array(sealed.prefix(count)), purpose: "cookie") }
    }
    #expect(throws: SealingError.refused(purpose: "cookie")) { try ring.open(sealed + [0], purpose: "cookie") }
  }

  @Test("bytes sealed for another purpose are refused, and the session starts again")
  func wrongPurpose() throws {
    let sealed = try ring.seal(plain, purpose: "authorization cookie")
    let error = #expect(throws: SealingError.self) { try ring.open(sealed, purpose: "cookie") }
    #expect(error == .refused(purpose: "cookie"))
    #expect(error?.reaction == .restartSession)
  }

  @Test("a rotated ring seals with the new key and opens the old seals until the key falls out")
  func rotation() throws {
    let old = try ring.seal(plain, purpose: "cookie")
    var rotated = ring
    for _ in 1..<SealingKeyRing.maximumKeyCount { rotated = try rotated.rotated() }
    #expect(rotated.keyCount == SealingKeyRing.maximumKeyCount)
    #expect(try rotated.open(old, purpose: "cookie") == plain)
    #expect(throws: SealingError.unknownKey) {
      try ring.open(try rotated.seal(plain, purpose: "cookie"), purpose: "cookie")
    }
    rotated = try rotated.rotated()
    #expect(throws: SealingError.unknownKey) { try rotated.open(old, purpose: "cookie") }
  }

  @Test("a ring read from its own file is the same ring, byte for byte")
  func file() throws {
    let two = try ring.rotated()
    let loaded = try SealingKeyRing.load(from: two.serialized)
    #expect(loaded.serialized == two.serialized)
    #expect(try loaded.open(try two.seal(plain, purpose: "p"), purpose: "p") == plain)
  }

  @Test("a key file in any other spelling is refused")
  func strictFile() throws {
    let bytes = try ring.rotated().serialized
    let text = String(decoding: bytes, as: UTF8.self)
    let lines = text.split(separator: "\n").map(String.init)
    let wrong = [
      "", "\n", lines[0] + "\n", String(text.dropLast()), text + "\n", text + lines[1] + "\n", " " + text,
      text.replacing("keys 1", with: "keys 2"), text.replacing("\n", with: "\r\n"),
      lines[0] + "\n" + lines[1].uppercased() + "\n", lines[0] + "\n" + lines[1].dropLast(2) + "\n",
      lines[0] + "\n" + lines[1].replacing(" ", with: "  ") + "\n", text + "é\n",
    ]
    for text in wrong {
      #expect(throws: SealingError.self, "\(text.debugDescription)") { try SealingKeyRing.load(from: Array(text.utf8)) }
    }
    for count in 0..<bytes.count where count != bytes.count {
      guard let loaded = try? SealingKeyRing.load(from: Array(bytes.prefix(count))) else { continue }
      #expect(loaded.keyCount == 1, "cut after the first key's line")
    }
  }

  @Test("printing a ring shows no key")
  func printing() throws {
    let secret = Hex.lower(ring.keys[0].secret)
    var dumped = ""
    dump(ring, to: &dumped)
    #expect(!"\(ring) \(String(reflecting: ring)) \(dumped)".contains(secret.prefix(8)))
    #expect(!dumped.contains("secret"))
  }
}
