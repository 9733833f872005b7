import Foundation
import UpdateModel

@testable import WireFormat

/// Writes the seeds that come from the encoders: `swift run WriteSeeds` in this folder's package.
struct SeedWriter: SampleVisitor {
  let folder: URL

  func visit<Op: WireOperation>(_ operation: Op.Type, _ request: Op.Request, _ response: Op.Response) throws {
    for version in SOAPVersion.allCases {
      let name = "\(Op.name)-\(version.rawValue).xml"
      try write(SOAPRequest.encode(operation, request, version: version).body, "SOAPRequest", name)
      try write(SOAPReply.encode(operation, response, version: version), "SOAPReply", name)
    }
  }

  func write(_ bytes: [UInt8], _ target: String, _ name: String) throws {
    let corpus = folder.appendingPathComponent("\(target)/corpus")
    try FileManager.default.createDirectory(at: corpus, withIntermediateDirectories: true)
    try Data(bytes).write(to: corpus.appendingPathComponent(name))
  }

  func writeFaults() throws {
    for version in SOAPVersion.allCases {
      for code in FaultCode.allCases {
        let fault = SOAPFault(code: code, message: "cookie", id: Samples.guid)
        try write(fault.encode(version: version), "SOAPReply", "fault-\(code.rawValue)-\(version.rawValue).xml")
      }
      let missing = SOAPFault(missing: [Samples.digest(1), Samples.digest(2)], id: Samples.guid)
      try write(missing.encode(version: version), "SOAPReply", "missing-\(version.rawValue).xml")
    }
  }

  func writeXpress() throws {
    let texts = [
      "a": "a", "words": "the quick brown fox jumps over the lazy dog, the quick brown fox sleeps",
      "zeros": String(repeating: "0", count: 2_000), "ramp": (0..<400).map { "\($0)," }.joined(),
      "repeated": String(repeating: "Xpress!", count: 60),
    ]
    for (name, text) in texts {
      try write(Array(text.utf8), "Xpress", "plain-\(name)")
      try write(Xpress.encode(Array(text.utf8)), "Xpress", "coded-\(name)")
    }
    // Two equal lengths and bytes that are no LZ77.
    try write([3, 0, 0, 0, 3, 0, 0, 0, 1, 2, 3], "Xpress", "stored")
  }

  func writeMetadata() throws {
    var metadata = UpdateMetadata(identity: Samples.identity, kind: .software)
    metadata.defaultLanguage = "en"
    metadata.localized = [
      LocalizedProperties(
        language: "en", title: "Title & <more>", description: "Text", uninstallNotes: "Notes",
        moreInfoURLs: ["http://a.invalid/"], supportURL: "http://b.invalid/")
    ]
    metadata.languages = ["en", "de"]
    metadata.creationDate = Samples.time
    metadata.isExplicitlyDeployable = true
    metadata.msrcSeverity = "Critical"
    metadata.kbArticles = ["5000001"]
    metadata.securityBulletins = ["MS26-001"]
    metadata.maxDownloadSize = 1_000
    metadata.eulaID = Samples.other
    metadata.supersededUpdates = [Samples.other]
    metadata.prerequisites = [
      PrerequisiteClause(updateIDs: [Samples.guid]),
      PrerequisiteClause(updateIDs: [Samples.guid, Samples.other], isCategory: true),
    ]
    metadata.bundledUpdates = [BundleClause(identities: [Samples.identity])]
    metadata.files = [ContentFile(digest: Samples.digest(3), fileName: "a.cab", size: 77)]
    let rules = Array("<upd:IsInstalled><bar:Processor Architecture=\"9\"/></upd:IsInstalled>".utf8)
    let document = UpdateDocumentWriter.write(metadata, markup: .init(rules: rules))
    try write(document, "UpdateMetadata", "software.xml")
    let units = String(decoding: document, as: UTF8.self).utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    try write([0xFF, 0xFE] + units, "UpdateMetadata", "software-utf16.xml")
    for type in [CategoryType.product, .updateClassification] {
      metadata.kind = .category(type)
      try write(UpdateDocumentWriter.write(metadata), "UpdateMetadata", "category-\(type.text).xml")
    }
    metadata.kind = .detectoid
    try write(UpdateDocumentWriter.write(metadata), "UpdateMetadata", "detectoid.xml")
  }
}

let writer = SeedWriter(folder: URL(fileURLWithPath: FileManager.default.currentDirectoryPath))
try Samples.forEach(writer)
try writer.writeFaults()
try writer.writeXpress()
try writer.writeMetadata()
try writer.writeArchives()
try writer.writePackage()
try writer.writeCabinets()
