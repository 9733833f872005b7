import Foundation
import TestSupport
import Testing
import UpdateModel

@testable import Sealing

/// A folder in which the `openssl` program works beside us.
struct Workshop {
  /// While this lasts, what is made here is valid.
  static let start = Timestamp(year: 2020, month: 1, day: 1)
  static let end = Timestamp(year: 2090, month: 1, day: 1)
  static let passphrase = "correct horse"

  private let folder: TemporaryDirectory

  init() throws {
    folder = try TemporaryDirectory()
    try write(Array("[req]\ndistinguished_name=dn\n[dn]\n".utf8), "empty.cnf")
  }

  func write(_ bytes: [UInt8], _ name: String) throws { try folder.write(bytes, to: name) }
  func write(_ text: String, _ name: String) throws { try write(Array(text.utf8), name) }

  func bytes(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: place(name)))) }
  func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }
  func certificate(_ name: String) throws -> Certificate { try Certificate(pem: text(name)) }

  /// The key and certificates that stand in these files, as one.
  func key(_ names: String..., passphrase: String? = nil) throws -> SigningKey {
    try SigningKey(pem: names.flatMap { try bytes($0) }, passphrase: passphrase)
  }

  /// Runs `openssl` with words split at blanks; `@name` is a file of this folder, `%20` in a word a blank.
  func openssl(_ line: String) throws -> (isSuccess: Bool, output: [UInt8], errors: String) {
    let words = line.split(separator: " ").map { word in
      word.hasPrefix("@") ? place(String(word.dropFirst())) : String(word.replacing("%20", with: " "))
    }
    let (ending, output, errors) = try ChildProcess.run("openssl", words)
    return (ending == .exited(0), [UInt8](output), errors)
  }

  /// Runs `openssl`, which must succeed.
  func make(_ line: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let (isSuccess, _, errors) = try openssl(line)
    try #require(isSuccess, "openssl \(line): \(errors)", sourceLocation: sourceLocation)
  }

  /// A private key in NAME.key and its self-signed certificate in NAME.pem.
  ///
  /// - Parameter kind: what follows `-newkey`.
  func makeSigner(
    _ name: String, _ kind: String = "ec -pkeyopt ec_paramgen_curve:P-256", extensions: [String] = [],
    serial: Int = 7, subject: String? = nil
  ) throws {
    let added = extensions.map { " -addext \($0)" }.joined()
    try make(
      "req -x509 -config @empty.cnf -newkey \(kind) -nodes -keyout @\(name).key -out @\(name).pem -days 1000 "
        + "-set_serial \(serial) -subj /CN=\(subject ?? name)\(added)")
  }

  /// A key in NAME.key and a certificate in NAME.pem that `issuer` issued.
  func issue(_ name: String, by issuer: String, extensions: [String]) throws {
    try make(
      "req -new -config @empty.cnf -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout @\(name).key "
        + "-out @\(name).csr -subj /O=Organisation/CN=\(name)")
    try write(extensions.joined(separator: "\n") + "\n", "\(name).ext")
    try make(
      "x509 -req -in @\(name).csr -CA @\(issuer).pem -CAkey @\(issuer).key -set_serial \(name.utf8.count + 40) "
        + "-days 900 -extfile @\(name).ext -out @\(name).pem")
  }

  /// `root` issues `intermediate`, which issues `leaf`: an organisation's own signer.
  func makeOrganisation(leafExtensions: [String] = ["keyUsage=critical,digitalSignature"]) throws {
    let authority = ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,keyCertSign,cRLSign"]
    try makeSigner("root", extensions: authority)
    try issue("intermediate", by: "root", extensions: authority)
    try issue("leaf", by: "intermediate", extensions: leafExtensions)
  }

  /// Whether `openssl cms -verify` accepts a signature of `content` with these trusted certificates.
  func accepts(
    _ signature: [UInt8], of content: [UInt8], trusting anchors: [Certificate], options: String = ""
  ) throws -> Bool {
    try write(signature, "manifest.sig")
    try write(content, "manifest.json")
    try write(anchors.map(\.pem).joined(), "trusted.pem")
    let result = try openssl(
      "cms -verify -binary -inform DER -in @manifest.sig -content @manifest.json -CAfile @trusted.pem "
        + "-no-CApath -no-CAstore \(options) -out @verified.json")
    return try result.isSuccess && bytes("verified.json") == content
  }

  /// What `openssl cms -sign` makes of `content`.
  func signature(of content: [UInt8], _ options: String) throws -> [UInt8] {
    try write(content, "content")
    try make("cms -sign -binary -in @content -outform DER -out @content.sig \(options)")
    return try bytes("content.sig")
  }

  /// For words that are more than a file.
  func place(_ name: String) -> String { folder.path(name) }
}

extension SigningKey {
  /// A new key, valid as long as the workshop.
  static func named(_ name: String) throws -> SigningKey {
    try create(commonName: name, validFrom: Workshop.start, validUntil: Workshop.end)
  }
}
