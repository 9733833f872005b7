import Sealing
import UpdateModel

/// `trust.json` is canonical JSON, version 1.
extension TrustStore {
  var bytes: [UInt8] {
    var writer = CanonicalJSONWriter()
    writer.beginObject()
    writer.key("entries")
    writer.beginArray()
    for entry in entries { Self.write(entry, to: &writer) }
    writer.endArray()
    writer.member("format", "updatemirror-trust")
    writer.key("revoked")
    writer.beginArray()
    for revocation in revocations { Self.write(revocation, to: &writer) }
    writer.endArray()
    writer.member("version", 1)
    writer.endObject()
    writer.lineFeed()
    return writer.bytes
  }

  private static func write(_ entry: Entry, to writer: inout CanonicalJSONWriter) {
    writer.beginObject()
    writer.member("by", entry.by)
    writer.member("certificate", entry.certificate.pem)
    writer.member("name", entry.name)
    writer.member("purposes", entry.purposes.map(\.rawValue).sorted())
    writer.member("since", entry.since.description)
    writer.endObject()
  }

  private static func write(_ revocation: Revocation, to writer: inout CanonicalJSONWriter) {
    writer.beginObject()
    writer.member("by", revocation.by)
    writer.member("fingerprint", InlineSHA256(revocation.fingerprint).hex)
    writer.member("since", revocation.since.description)
    writer.endObject()
  }

  init(bytes: [UInt8]) throws {
    var reader = CanonicalJSONReader(bytes, document: "trust.json")
    try reader.beginObject()
    try reader.key("entries")
    let entries = try Self.list(&reader) { reader throws in try Self.entry(&reader) }
    try reader.key("format")
    _ = try reader.word(["updatemirror-trust"])
    try reader.key("revoked")
    let revocations = try Self.list(&reader) { reader throws in try Self.revocation(&reader) }
    try reader.key("version")
    _ = try reader.integer(1...1)
    try reader.endObject()
    try reader.end()
    self.init(entries: entries, revocations: revocations)
  }

  private static func list<Value>(
    _ reader: inout CanonicalJSONReader, _ element: (inout CanonicalJSONReader) throws -> Value
  ) throws -> [Value] {
    var values: [Value] = []
    try reader.beginArray()
    while try reader.nextElement() {
      guard values.count < maximumCount else {
        throw reader.refusal("at most \(maximumCount) certificates", "more")
      }
      values.append(try element(&reader))
    }
    return values
  }

  private static func entry(_ reader: inout CanonicalJSONReader) throws -> Entry {
    try reader.beginObject()
    try reader.key("by")
    let by = try reader.text()
    try reader.key("certificate")
    let certificate = try Certificate(pem: try reader.text())
    try reader.key("name")
    let name = try reader.text()
    try reader.key("purposes")
    let purposes = try list(&reader) { reader throws in
      TrustPurpose(rawValue: try reader.word(TrustPurpose.allCases.map(\.rawValue)))
    }
    try reader.key("since")
    let since = try reader.moment()
    try reader.endObject()
    return Entry(certificate: certificate, name: name, purposes: Set(purposes.compactMap { $0 }), since: since, by: by)
  }

  private static func revocation(_ reader: inout CanonicalJSONReader) throws -> Revocation {
    try reader.beginObject()
    try reader.key("by")
    let by = try reader.text()
    try reader.key("fingerprint")
    let fingerprint = try reader.sha256()
    try reader.key("since")
    let since = try reader.moment()
    try reader.endObject()
    guard let digest = SHA256Digest(fingerprint) else { throw reader.refusal("a SHA-256", "another length") }
    return Revocation(fingerprint: digest, since: since, by: by)
  }
}
