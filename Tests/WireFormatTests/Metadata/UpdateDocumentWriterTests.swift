import Testing
import UpdateModel
import WireFormat

@Suite("Writing metadata")
struct UpdateDocumentWriterTests {
  @Test("what is written reads back equal", arguments: 0..<300)
  func roundTrip(seed: UInt64) throws {
    let metadata = RandomMetadata.make(seed: seed)
    let rules = Array("<upd:IsInstalled><lar:Not><bar:Never /></lar:Not></upd:IsInstalled>".utf8)
    let document = UpdateDocumentWriter.write(metadata, markup: .init(rules: rules, publisherID: .zero))
    #expect(try UpdateMetadataParser.parse(document) == metadata)
  }

  @Test("what is written has the shape of the recorded documents", .enabled(if: RecordedDocument.arePresent))
  func shape() throws {
    let recorded = String(decoding: try RecordedDocument.bundle.bytes(), as: UTF8.self)
    let written = UpdateDocumentWriter.write(
      try UpdateMetadataParser.parse(Array(recorded.utf8)),
      markup: .init(publisherID: GUID("bccf8ca0-2819-4598-8d15-c1506e363e92")))
    let unused = [
      "BaseApplicabilityRules", "LogicalApplicabilityRules", "UpdateHandlers/CommandLineInstallation",
    ]
    var text = String(decoding: written, as: UTF8.self)
    for (prefix, name) in zip(["bar", "lar", "cmd"], unused) {
      text = text.replacing(" xmlns:\(prefix)=\"http://schemas.microsoft.com/msus/2002/12/\(name)\"", with: "")
    }
    // A clause of one update is written without the AtLeastOne that Windows puts around some.
    let expected = recorded.replacing(
      #/<upd:AtLeastOne>(<upd:UpdateIdentity UpdateID="[^"]+" />)</upd:AtLeastOne>/#
    ) { $0.output.1 }
    #expect(text == expected)
  }
}

/// Metadata with every field set or not, as the seed falls.
enum RandomMetadata {
  static func make(seed: UInt64) -> UpdateMetadata {
    var dice = Dice(state: seed)
    let kinds: [UpdateKind] = [
      .detectoid, .software, .driver, .other("Firmware"), .category(.product), .category(.company),
      .category(.updateClassification), .category(.productFamily), .category(.other("Shelf & more")),
    ]
    var metadata = UpdateMetadata(identity: dice.identity(), kind: dice.pick(kinds))
    metadata.defaultLanguage = dice.maybe { _ in "en" }
    metadata.localized = dice.list(3) { dice in
      LocalizedProperties(
        language: dice.pick(["en", "de", "zh-cn", "all"]), title: dice.text(), description: dice.maybe { $0.text() },
        uninstallNotes: dice.maybe { $0.text() }, moreInfoURLs: dice.list(2) { $0.text() },
        supportURL: dice.maybe { $0.text() })
    }
    metadata.languages = dice.list(3) { $0.pick(["en", "de", "fr"]) }
    metadata.creationDate = dice.maybe { $0.time() }
    metadata.publicationState = dice.maybe { $0.pick(["Published", "Expired"]) }
    metadata.isExplicitlyDeployable = dice.flag()
    metadata.isMandatory = dice.flag()
    metadata.isPublic = dice.flag()
    metadata.msrcSeverity = dice.maybe { $0.pick(["Critical", "Low"]) }
    metadata.kbArticles = dice.list(3) { $0.text() }
    metadata.securityBulletins = dice.list(2) { $0.text() }
    metadata.supportURL = dice.maybe { $0.text() }
    metadata.handler = dice.maybe { $0.text() }
    metadata.maxDownloadSize = dice.maybe { Int64($0.next() >> 1) }
    metadata.compatibleProtocolVersion = dice.maybe { ProtocolVersion(major: 1, minor: $0.below(30)) }
    metadata.eulaID = dice.maybe { $0.guid() }
    metadata.isSecure = dice.flag()
    metadata.needsDecryptionKeys = dice.flag()
    metadata.supersededUpdates = dice.list(4) { $0.guid() }
    metadata.prerequisites = dice.list(4) { dice in
      PrerequisiteClause(updateIDs: dice.list(3) { $0.guid() }, isCategory: dice.flag())
    }
    metadata.bundledUpdates = dice.list(3) { dice in BundleClause(identities: dice.list(3) { $0.identity() }) }
    metadata.files = dice.list(4) { $0.file() }
    return metadata
  }
}

private struct Dice: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }
  mutating func flag() -> Bool { below(2) == 0 }
  mutating func pick<T>(_ choices: [T]) -> T { choices[below(choices.count)] }
  mutating func maybe<T>(_ make: (inout Dice) -> T) -> T? { flag() ? make(&self) : nil }
  mutating func list<T>(_ most: Int, _ make: (inout Dice) -> T) -> [T] {
    (0..<below(most + 1)).map { _ in make(&self) }
  }
  mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) } }
  mutating func guid() -> GUID { GUID.random(using: &self) }
  mutating func identity() -> UpdateIdentity {
    UpdateIdentity(updateID: guid(), revisionNumber: Int32(truncatingIfNeeded: next() >> 33))
  }
  mutating func time() -> Timestamp { Timestamp(ticks: Int64(next() % UInt64(Timestamp.endOfTime.ticks))) }

  mutating func text() -> String {
    let pieces = ["a", "<", ">", "&", "\"", "'", "ü", "漢", "😀", "]]>", " ", "\t", "\n", "\r", "x=1", "-->"]
    return "s" + (0..<below(8)).map { _ in pick(pieces) }.joined()
  }

  mutating func file() -> ContentFile {
    let names = ["a.cab", "b&c.exe", "päckchen <1>.msu", "..\\x\\y.psf", "no extension", "\"q\".txt"]
    let digests = list(2) { dice in
      AdditionalDigest(algorithm: dice.pick(["SHA256", "sha256"]), bytes: dice.bytes(32))
    }
    return ContentFile(
      digest: FileDigest(bytes: bytes(20))!, additionalDigests: digests, fileName: pick(names),
      size: maybe { Int64($0.next() >> 1) }, modified: maybe { $0.time() },
      patchingType: maybe { $0.pick([.express, .selfContained, .other("Odd")]) }, isEncrypted: flag())
  }
}
