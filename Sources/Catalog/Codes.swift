internal import Foundation
internal import GRDB
internal import UpdateModel

// Values as the tables hold them.

extension ReplicationMode {
  /// `server.replicationMode`.
  var code: Int {
    switch self {
    case .autonomous: 0
    case .replica: 1
    }
  }

  init?(code: Int) {
    switch code {
    case 0: self = .autonomous
    case 1: self = .replica
    default: return nil
    }
  }
}

extension UpdateKind {
  /// `revision.kind`; everything up to ``lastConfigurationCode`` is listed with GetConfig TRUE.
  var code: Int {
    switch self {
    case .detectoid: 0
    case .category(.company): 1
    case .category(.productFamily): 2
    case .category(.product): 3
    case .category(.updateClassification): 4
    case .category(.other): 5
    case .software: 6
    case .driver: 7
    case .other: 8
    }
  }

  static let lastConfigurationCode = 5
  static let classificationCode = 4

  /// `revision.kindText`: the wire's word where the code does not say it.
  var text: String? {
    switch self {
    case .category(.other(let text)), .other(let text): text
    default: nil
    }
  }

  init(code: Int, text: String?) {
    switch code {
    case 0: self = .detectoid
    case 1: self = .category(.company)
    case 2: self = .category(.productFamily)
    case 3: self = .category(.product)
    case 4: self = .category(.updateClassification)
    case 5: self = .category(.other(text ?? ""))
    case 6: self = .software
    case 7: self = .driver
    default: self = .other(text ?? "")
    }
  }
}

/// `revision.flags`.
struct RevisionFlags: OptionSet {
  let rawValue: Int
  static let isExplicitlyDeployable = RevisionFlags(rawValue: 1)
  static let isMandatory = RevisionFlags(rawValue: 2)
  static let isPublic = RevisionFlags(rawValue: 4)
  static let isSecure = RevisionFlags(rawValue: 8)
  static let needsDecryptionKeys = RevisionFlags(rawValue: 16)

  init(rawValue: Int) { self.rawValue = rawValue }

  init(_ metadata: UpdateMetadata) {
    var flags: RevisionFlags = []
    if metadata.isExplicitlyDeployable { flags.insert(.isExplicitlyDeployable) }
    if metadata.isMandatory { flags.insert(.isMandatory) }
    if metadata.isPublic { flags.insert(.isPublic) }
    if metadata.isSecure { flags.insert(.isSecure) }
    if metadata.needsDecryptionKeys { flags.insert(.needsDecryptionKeys) }
    self = flags
  }
}

/// `file.flags`.
struct FileFlags: OptionSet {
  let rawValue: Int
  static let hasSHA256 = FileFlags(rawValue: 1)
  static let isExpress = FileFlags(rawValue: 2)
}

extension ProtocolVersion {
  /// `revision.compatibleVersion`: ordered as the versions are.
  var code: Int64 { Int64(major) << 32 | Int64(minor) }

  init(code: Int64) { self.init(major: Int(code >> 32), minor: Int(code & 0xFFFF_FFFF)) }
}

/// Lists of words in one column, separated by line feeds; no word holds one.
enum WordList {
  static func text(_ words: [String]) -> String? {
    words.isEmpty ? nil : words.map { $0.replacing("\n", with: " ") }.joined(separator: "\n")
  }

  static func words(_ text: String?) -> [String] {
    text.map { $0.split(separator: "\n").map(String.init) } ?? []
  }
}

/// `revisionFile.additionalDigests`: for each digest the lengths of name and value (one byte each), name, value.
enum AdditionalDigestList {
  static func bytes(_ digests: [AdditionalDigest]) -> [UInt8]? {
    guard !digests.isEmpty else { return nil }
    var bytes: [UInt8] = []
    for digest in digests {
      let name = digest.algorithm.utf8.prefix(255)
      let value = digest.bytes.prefix(255)
      bytes.append(UInt8(name.count))
      bytes.append(UInt8(value.count))
      bytes.append(contentsOf: name)
      bytes.append(contentsOf: value)
    }
    return bytes
  }

  static func digests(_ bytes: [UInt8]) -> [AdditionalDigest] {
    var digests: [AdditionalDigest] = []
    var offset = 0
    while offset + 2 <= bytes.count {
      let nameEnd = offset + 2 + Int(bytes[offset])
      let valueEnd = nameEnd + Int(bytes[offset + 1])
      guard valueEnd <= bytes.count else { break }
      let name = String(decoding: bytes[(offset + 2)..<nameEnd], as: UTF8.self)
      digests.append(AdditionalDigest(algorithm: name, bytes: copyBytes(bytes[nameEnd..<valueEnd])))
      offset = valueEnd
    }
    return digests
  }
}

/// The one place that copies bytes out of SQLite (a compiler defect makes casual copies unsafe).
@inline(never)
func copyBytes(_ source: some Collection<UInt8>) -> [UInt8] {
  [UInt8](unsafeUninitializedCapacity: source.count) { buffer, count in
    _ = buffer.initialize(from: source)
    count = source.count
  }
}

extension Row {
  func bytes(_ index: Int) throws -> [UInt8]? {
    try withUnsafeData(atIndex: index) { data in data.map { copyBytes($0) } }
  }

  func guid(_ index: Int, table: String = "row") throws -> GUID {
    guard let bytes = try bytes(index), let guid = GUID(bytes: bytes) else {
      throw CatalogError.damagedRow(table: table, key: 0, column: "GUID \(index)")
    }
    return guid
  }

  func optionalGUID(_ index: Int) throws -> GUID? { try bytes(index).flatMap { GUID(bytes: $0) } }

  func digest(_ index: Int) throws -> FileDigest {
    guard let bytes = try bytes(index), let digest = FileDigest(bytes: bytes) else {
      throw CatalogError.damagedRow(table: "file", key: 0, column: "digest")
    }
    return digest
  }

  func identity(_ guidIndex: Int, _ numberIndex: Int) throws -> UpdateIdentity {
    UpdateIdentity(updateID: try guid(guidIndex), revisionNumber: self[numberIndex])
  }

  func timestamp(_ index: Int) -> Timestamp? { (self[index] as Int64?).map { Timestamp(ticks: $0) } }
}

extension GUID {
  /// As a column value.
  var sql: DatabaseValue { Foundation.Data(bytes).databaseValue }
}

extension FileDigest {
  var sql: DatabaseValue { Foundation.Data(bytes).databaseValue }
}
