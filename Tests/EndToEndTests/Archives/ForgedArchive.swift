import Foundation
import TestSupport
import Testing

/// An archive's folder in the hands of an attacker.
struct ForgedArchive {
  let path: String
  let genuine: String
  /// A later archive of the same source.
  let newer: String
  /// The source's key: a path to which `.key` and `.crt` belong.
  let signer: String
  let stranger: String

  func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(name)")))
  }

  func write(_ bytes: [UInt8], to name: String) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: "\(path)/\(name)"))
  }

  func change(_ name: String, _ change: (inout [UInt8]) -> Void) throws {
    var bytes = try bytes(name)
    change(&bytes)
    try write(bytes, to: name)
  }

  func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: "\(path)/\(name)") }

  /// Puts a symbolic link to the same bytes in place of a file.
  func link(_ name: String) throws {
    let aside = path + "-aside"
    try FileManager.default.moveItem(atPath: "\(path)/\(name)", toPath: aside)
    try FileManager.default.createSymbolicLink(atPath: "\(path)/\(name)", withDestinationPath: aside)
  }

  // MARK: The manifest

  func manifestText() throws -> String { String(decoding: try bytes("manifest.json"), as: UTF8.self) }

  /// The first entry of the first volume, as it stands in the manifest.
  func firstEntry() throws -> String {
    let text = try manifestText()
    let start = try #require(text.range(of: #""entries":["#))
    let end = try #require(text[start.upperBound...].range(of: "}"))
    return String(text[start.upperBound..<end.upperBound])
  }

  /// Replaces the first occurrence and signs again, as the source itself would.
  func replace(_ old: String, _ new: String) throws {
    let text = try manifestText()
    let range = try #require(text.range(of: old))
    try write(Array(text.replacingCharacters(in: range, with: new).utf8), to: "manifest.json")
    try sign(with: signer)
  }

  func setText(_ name: String, _ text: String) throws {
    let manifest = try manifestText()
    let start = try #require(manifest.range(of: "\"\(name)\":\""))
    let old = "\"\(name)\":\"" + manifest[start.upperBound...].prefix { $0 != "\"" }
    try replace(old, "\"\(name)\":\"\(text)")
  }

  func setSequence(_ number: Int) throws { try replace(#""sequence":1,"#, "\"sequence\":\(number),") }

  /// Lowers what the first packed object is said to unpack to.
  func claimPackedLength(_ length: Int) throws {
    let text = try manifestText()
    let start = try #require(text.range(of: #""packed":[{"length":"#))
    let digits = text[start.upperBound...].prefix { $0.isNumber }
    try replace(#""packed":[{"length":"# + digits, #""packed":[{"length":"# + "\(length)")
  }

  func sign(with key: String) throws {
    let signed = try ChildProcess.run(
      "openssl",
      [
        "cms", "-sign", "-binary", "-md", "sha256", "-outform", "DER", "-signer", key + ".crt", "-inkey", key + ".key",
        "-in",
        path + "/manifest.json", "-out", path + "/manifest.sig",
      ])
    #expect(signed.ending == .exited(0), "\(signed.errors)")
  }

  // MARK: Volumes

  func changeVolume(_ change: (inout [UInt8]) -> Void) throws {
    try self.change("volumes/0001.tar", change)
  }

  /// Changes the header of the second entry and gives it a right checksum.
  func changeHeader(_ change: (inout [UInt8]) -> Void) throws {
    try changeVolume { bytes in
      let start = TarBytes.entries(bytes)[1].lowerBound
      var header = Array(bytes[start..<start + 512])
      change(&header)
      bytes.replaceSubrange(start..<start + 512, with: TarBytes.checked(header))
    }
  }
}

/// Headers of a tar volume.
enum TarBytes {
  /// Where each entry is, from its header to the end of its padding.
  static func entries(_ bytes: [UInt8]) -> [Range<Int>] {
    var entries: [Range<Int>] = []
    var start = 0
    while start + 512 <= bytes.count, bytes[start] != 0 {
      let digits = String(decoding: bytes[start + 124..<start + 135], as: UTF8.self)
      let size = Int(digits, radix: 8) ?? 0
      let end = start + 512 + (size + 511) / 512 * 512
      entries.append(start..<end)
      start = end
    }
    return entries
  }

  /// An empty regular file.
  static func header(name: String) -> [UInt8] {
    var header = [UInt8](repeating: 0, count: 512)
    rename(&header, name)
    for (place, text) in [
      (100, "0000444\0"), (108, "0000000\0"), (116, "0000000\0"), (124, "00000000000\0"), (136, "00000000000\0"),
      (156, "0"), (257, "ustar\u{0}00"),
    ] { header.replaceSubrange(place..<place + text.utf8.count, with: Array(text.utf8)) }
    return checked(header)
  }

  static func rename(_ header: inout [UInt8], _ name: String) {
    header.replaceSubrange(0..<100, with: Array(name.utf8) + [UInt8](repeating: 0, count: 100 - name.utf8.count))
  }

  static func retype(_ header: inout [UInt8], _ type: Character) {
    header[156] = type.asciiValue ?? 0
    header.replaceSubrange(157..<168, with: Array("/etc/passwd".utf8))
  }

  static func checked(_ header: [UInt8]) -> [UInt8] {
    var header = header
    header.replaceSubrange(148..<156, with: [UInt8](repeating: 0x20, count: 8))
    let digits = String(header.reduce(0) { $0 + Int($1) }, radix: 8)
    header.replaceSubrange(
      148..<156, with: Array((String(repeating: "0", count: 6 - digits.count) + digits).utf8) + [0, 0x20])
    return header
  }
}

extension ArchiveSite {
  /// Where a signing key and its certificate are, without `.key` and `.crt`.
  func signingKey(_ name: String) -> String { "\(state)/keys/signing/\(name)" }
}
