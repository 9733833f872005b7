public import UpdateModel

/// The name of an object of an archive: one of the few forms of docs/archive-format.md section 3.
///
/// A value of fixed size. Two different names also differ without regard to letter case. Names are ordered as the
/// objects stand in the volumes: the state, the two lists, metadata by number, content by digest.
public struct ObjectName: Hashable, Sendable {
  /// What is carried under the name.
  public enum Kind: UInt8, Hashable, Sendable {
    case state, revisionList, contentList, metadata, content
  }

  private let extensionCode: UInt64
  private let high: UInt64
  private let middle: UInt64
  private let low: UInt32
  public let kind: Kind

  public static let state = ObjectName(kind: .state)
  public static let revisionList = ObjectName(kind: .revisionList)
  public static let contentList = ObjectName(kind: .contentList)

  /// The largest number of a metadata object: it has six digits.
  static let metadataLimit = 999_999

  /// `metadata/000001.zst` and up; nil outside 1 to 999,999.
  public static func metadata(_ number: Int) -> ObjectName? {
    guard (1...metadataLimit).contains(number) else { return nil }
    return ObjectName(kind: .metadata, low: UInt32(number))
  }

  /// `content/XX/<40 HEX>[.<ext>]`; nil unless the extension is 1 to 10 lower-case letters or digits.
  public static func content(_ digest: FileDigest, fileExtension: String?) -> ObjectName? {
    guard let code = FileExtensionCode.code((fileExtension ?? "").utf8), fileExtension != "" else { return nil }
    return ObjectName(digest: digest.bytes, extensionCode: code)
  }

  /// The name of a content file in an archive.
  public init(_ file: ContentFile) {
    let code = FileExtensionCode.code((file.fileExtension ?? "").utf8) ?? 0
    self.init(digest: file.digest.bytes, extensionCode: code)
  }

  private init(kind: Kind, low: UInt32 = 0) {
    self.kind = kind
    extensionCode = 0
    high = 0
    middle = 0
    self.low = low
  }

  init(digest: some RandomAccessCollection<UInt8>, extensionCode: UInt64) {
    kind = .content
    self.extensionCode = extensionCode
    var words: (high: UInt64, middle: UInt64, low: UInt32) = (0, 0, 0)
    withUnsafeMutableBytes(of: &words) { bytes in
      for (place, byte) in digest.prefix(FileDigest.byteCount).enumerated() { bytes[place] = byte }
    }
    (high, middle, low) = (words.high.bigEndian, words.middle.bigEndian, words.low.bigEndian)
  }

  /// True for the objects that are Zstandard frames: all but content.
  public var isPacked: Bool { kind != .content }

  /// The number of a metadata object.
  public var metadataNumber: Int? { kind == .metadata ? Int(low) : nil }

  /// The SHA-1 of a content file.
  public var fileDigest: FileDigest? { kind == .content ? FileDigest(bytes: digestBytes) : nil }

  /// Of a content file, without the dot.
  public var fileExtension: String? { extensionCode == 0 ? nil : FileExtensionCode.text(extensionCode) }

  /// Whether two content names stand for the same file, whatever their extensions.
  func isSameFile(as other: ObjectName) -> Bool {
    (kind, high, middle, low) == (other.kind, other.high, other.middle, other.low)
  }

  var digestBytes: [UInt8] { withDigestBytes { [UInt8]($0) } }

  /// The SHA-1 of a content file in place.
  func withDigestBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    withUnsafeBytes(of: (high.bigEndian, middle.bigEndian, low.bigEndian)) { words in
      body(UnsafeRawBufferPointer(rebasing: words[..<FileDigest.byteCount]))
    }
  }
}

extension ObjectName: CustomStringConvertible {
  /// The name as it stands in manifests and volumes.
  public var text: String {
    switch kind {
    case .state: "state.json.zst"
    case .revisionList: "inventory/revisions.zst"
    case .contentList: "inventory/content.zst"
    case .metadata: "metadata/\(DecimalText.padded(Int(low), 6)).zst"
    case .content: String(decoding: utf8, as: UTF8.self)
    }
  }

  /// The longest text: a content file with an extension of ten characters.
  private static let longest = 62

  /// Adds ``text`` to other bytes.
  func append(to bytes: inout [UInt8]) {
    guard kind == .content else { return bytes.append(contentsOf: text.utf8) }
    bytes.append(contentsOf: "content/".utf8)
    withDigestBytes { digest in
      Hex.append(UnsafeRawBufferPointer(rebasing: digest.suffix(1)), .upper, to: &bytes)
      bytes.append(UInt8(ascii: "/"))
      Hex.append(digest, .upper, to: &bytes)
    }
    guard extensionCode != 0 else { return }
    bytes.append(UInt8(ascii: "."))
    FileExtensionCode.append(extensionCode, to: &bytes)
  }

  private var utf8: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.longest)
    append(to: &bytes)
    return bytes
  }

  public var description: String { text }
}

extension ObjectName: Comparable {
  public static func < (left: ObjectName, right: ObjectName) -> Bool {
    (left.kind.rawValue, left.high, left.middle, left.low, left.extensionCode)
      < (right.kind.rawValue, right.high, right.middle, right.low, right.extensionCode)
  }
}

/// Numbers with leading zeros.
enum DecimalText {
  static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
