import Cabinets
import UpdateModel
import WireFormat

extension SeedWriter {
  /// The members of a Windows metadata package.
  func writePackage() throws {
    let records = [
      PackageRecord(identity: Samples.identity, document: Samples.document),
      PackageRecord(
        identity: UpdateIdentity(updateID: Samples.other, revisionNumber: 1), document: Array("<a/>".utf8)),
    ]
    let text = try records.flatMap { try $0.encoded() }
    try write(text, "WindowsPackage", "metadata.txt")
    try write([0xEF, 0xBB, 0xBF] + text, "WindowsPackage", "metadata-marked.txt")
    // The length as a count of bytes, which other writers have.
    let front = "\(Samples.other),00000001,00000006,"
    try write(Array((front + "<ä/>\r\n").utf8), "WindowsPackage", "metadata-bytes.txt")
    var writer = WindowsPackageWriter(
      header: WindowsPackageHeader(serverID: Samples.guid, creationTime: Samples.time),
      languages: Samples.configuration.languages)
    var package = try writer.append(
      PackagedFile(digest: Samples.digest(1), muURL: "http://a.invalid/?b=1&c", name: "a.cab"))
    for record in records {
      package += try writer.append(
        PackagedUpdate(
          identity: record.identity, files: [Samples.digest(1)], categories: [Samples.guid],
          classifications: [Samples.other]))
    }
    try write(package + writer.finish(), "WindowsPackage", "package.xml")
    try write([0x01, 0x81, 0x02, 0x82], "WindowsPackage", "equal")
    try write([0x01, 0x81, 0x02, 0x83], "WindowsPackage", "unequal")
  }

  func writeCabinets() throws {
    for (number, cabinet) in CabinetSamples.all.enumerated() { try write(cabinet, "Cabinet", "sample-\(number + 1)") }
    // The first byte selects a sample, edits follow.
    for number in 0..<UInt8(CabinetSamples.all.count) {
      try write([number, 1, 90, 0, 2, 1, 1], "Cabinet", "edited-\(number + 1)")
    }
    try write([0] + Array("any bytes, any bytes, any bytes".utf8), "Cabinet", "plain")
  }
}
