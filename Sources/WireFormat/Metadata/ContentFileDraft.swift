import UpdateModel

/// One `File` under construction (SSS-177, SSS-180, SSS-182).
struct ContentFileDraft {
  private let digest: FileDigest
  private let fileName: String
  private let size: Int64?
  private let modified: Timestamp?
  private let patchingType: PatchingType?
  private let isEncrypted: Bool
  private var additional: [AdditionalDigest] = []
  private var openAlgorithm: String?

  init(_ attributes: MetadataAttributes) throws(WireError) {
    digest = try Self.digest(attributes)
    fileName = try Self.fileName(attributes)
    size = try attributes.byteCount("Size")
    modified = attributes.text("Modified").flatMap { Timestamp($0) }
    patchingType = attributes.text("PatchingType").map { PatchingType($0) }
    isEncrypted = try attributes.boolean("IsEncrypted") ?? false
  }

  mutating func open(digest attributes: MetadataAttributes) throws(WireError) {
    guard additional.count < MetadataLimits.digestsPerFile else {
      throw .limitExceeded(WireLocation(), limit: .items, maximum: MetadataLimits.digestsPerFile)
    }
    openAlgorithm = try attributes.required("Algorithm")
  }

  mutating func close(digest text: String) throws(WireError) {
    guard let openAlgorithm else { return }
    guard let bytes = Base64.decode(text.utf8), Self.isLength(bytes.count, of: openAlgorithm) else {
      throw .invalidValue(
        WireLocation(element: "AdditionalDigest"), expected: "a \(WireError.excerpt(openAlgorithm)) digest in Base64",
        found: WireError.excerpt(text))
    }
    additional.append(AdditionalDigest(algorithm: openAlgorithm, bytes: bytes))
    self.openAlgorithm = nil
  }

  func value() -> ContentFile {
    ContentFile(
      digest: digest, additionalDigests: additional, fileName: fileName, size: size, modified: modified,
      patchingType: patchingType, isEncrypted: isEncrypted)
  }

  private static func isLength(_ count: Int, of algorithm: String) -> Bool {
    algorithm.uppercased() == "SHA256" ? count == SHA256Digest.byteCount : (1...128).contains(count)
  }

  private static func digest(_ attributes: MetadataAttributes) throws(WireError) -> FileDigest {
    if let algorithm = attributes.text("DigestAlgorithm"), !["SHA1", "SHA-1"].contains(algorithm.uppercased()) {
      throw attributes.invalid("DigestAlgorithm", "SHA1", algorithm)
    }
    let text = try attributes.required("Digest")
    guard let bytes = Base64.decode(text.utf8), let digest = FileDigest(bytes: bytes) else {
      throw attributes.invalid("Digest", "a SHA-1 in Base64", text)
    }
    return digest
  }

  /// The name is hostile text: it is kept as declared and never becomes a path (SSS-265).
  private static func fileName(_ attributes: MetadataAttributes) throws(WireError) -> String {
    let name = try attributes.required("FileName")
    let hasControls = hasControlCharacters(name.utf8)
    guard (1...MetadataLimits.fileNameBytes).contains(name.utf8.count), !hasControls else {
      let shown = String(String.UnicodeScalarView(name.unicodeScalars.filter { $0.value >= 0x20 }.prefix(60)))
      throw attributes.invalid(
        "FileName", "1 to \(MetadataLimits.fileNameBytes) bytes without control characters", shown)
    }
    return name
  }

  /// Below U+0020, U+007F, and U+0080 to U+009F, which UTF-8 writes as C2 80 to C2 9F.
  private static func hasControlCharacters(_ name: String.UTF8View) -> Bool {
    var previous: UInt8 = 0
    for byte in name {
      if byte < 0x20 || byte == 0x7F || (previous == 0xC2 && byte < 0xA0) { return true }
      previous = byte
    }
    return false
  }
}
